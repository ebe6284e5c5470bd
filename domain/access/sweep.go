package access

import "time"

// sweepMax is how many entries one transaction removes at most, so that others wait a short while only.
const sweepMax = 500

// Sweep removes what is over: sessions, links, views that are no longer kept, and tokens a month after they expired. It
// is to be called now and then, and returns how many entries it removed.
func (r *Registry) Sweep(now time.Time) (removed int, err error) {
	for {
		n, err := r.sweepSome(now)
		removed += n
		if err != nil || n < sweepMax {
			return removed, err
		}
	}
}

// tokenShownFor is how long a token that has expired is still listed.
const tokenShownFor = 30 * 24 * time.Hour

func (r *Registry) sweepSome(now time.Time) (removed int, err error) {
	var over []func(Tx) error
	err = r.storage.View(func(tx Tx) error {
		for key := range tx.Prefix("session/") {
			if s, ok, err := load[Session](tx, key); err != nil {
				return err
			} else if ok && s.over(now) {
				over = append(over, func(tx Tx) error { return removeSession(tx, s.Hash) })
			}
		}
		for key := range tx.Prefix("token/") {
			if t, ok, err := load[Token](tx, key); err != nil {
				return err
			} else if ok && t.Over(now.Add(-tokenShownFor)) {
				over = append(over, func(tx Tx) error { return removeToken(tx, &t) })
			}
		}
		for key := range tx.Prefix("link/") {
			if l, ok, err := load[Link](tx, key); err != nil {
				return err
			} else if ok && !now.Before(l.Expires) {
				over = append(over, func(tx Tx) error { return tx.Delete(key) })
			}
		}
		for key := range tx.Prefix("view/") {
			if len(over) >= sweepMax {
				return nil
			}
			if v, ok, err := load[View](tx, key); err != nil {
				return err
			} else if ok && v.At.Before(now.Add(-ViewsKept)) {
				over = append(over, func(tx Tx) error { return tx.Delete(key) })
			}
		}
		return nil
	})
	if err != nil || len(over) == 0 {
		return 0, err
	}
	over = over[:min(len(over), sweepMax)]
	return len(over), r.storage.Update(func(tx Tx) error {
		for _, remove := range over {
			if err := remove(tx); err != nil {
				return err
			}
		}
		return nil
	})
}
