package eventstore

import "sync"

// Notifier tells any number of waiting readers that the head of a log has moved. The zero Notifier is ready for use.
type Notifier struct {
	mu      sync.Mutex
	changed chan struct{}
}

// Changed returns a channel that is closed at the next Notify. Take it before reading the log: then no event that
// comes after the read is missed.
func (n *Notifier) Changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.changed == nil {
		n.changed = make(chan struct{})
	}
	return n.changed
}

// Notify wakes everyone that waits.
func (n *Notifier) Notify() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.changed != nil {
		close(n.changed)
		n.changed = nil
	}
}
