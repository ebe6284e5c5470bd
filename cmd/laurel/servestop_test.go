//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// demoProcess is a demonstration in a process of its own.
type demoProcess struct {
	t      *testing.T
	cmd    *exec.Cmd
	base   string
	stderr sink
	cookie *http.Cookie // of an analyst
}

func startDemoProcess(t *testing.T, args ...string) *demoProcess {
	t.Helper()
	d := &demoProcess{t: t, cmd: laurelProcess(t, append([]string{"demo", "--serve", "--listen", "127.0.0.1:0"}, args...)...)}
	found := make(chan string, 1)
	d.cmd.Stderr = io.MultiWriter(&d.stderr, &watcher{found: found})
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.cmd.Process.Kill() })
	select {
	case d.base = <-found:
	case <-time.After(2 * time.Minute):
		t.Fatalf("the demonstration does not start: %s", &d.stderr)
	}
	_, body, err := d.get(t.Context(), "/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	account := regexp.MustCompile(`value="([^"]+)">Pearl Dunlin`).FindStringSubmatch(body)
	if account == nil {
		t.Fatalf("there is nobody to be: %s", body)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(d.base+"/sign-in/demo", url.Values{"account": {account[1]}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	d.cookie = answer.Cookies()[0]
	return d
}

// get asks for a page, and reads it to the end.
func (d *demoProcess) get(ctx context.Context, path string) (status int, body string, err error) {
	answer, err := d.open(ctx, path)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

func (d *demoProcess) open(ctx context.Context, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+path, nil)
	if err != nil {
		return nil, err
	}
	if d.cookie != nil {
		r.AddCookie(d.cookie)
	}
	return http.DefaultClient.Do(r)
}

// listen opens streams of changes, and returns what waits until all of them have ended.
func (d *demoProcess) listen(n int) (ended func()) {
	d.t.Helper()
	var group sync.WaitGroup
	for range n {
		answer, err := d.open(d.t.Context(), "/live?program=git")
		if err != nil {
			d.t.Fatal(err)
		}
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
			d.t.Fatalf("status %d for a stream of %s", answer.StatusCode, answer.Header.Get("Content-Type"))
		}
		group.Go(func() {
			defer answer.Body.Close()
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				d.t.Errorf("a stream was cut off: %v", err)
			}
		})
	}
	return group.Wait
}

// begin sends a request that the server works on, but for the end of its body, and returns the connection.
func (d *demoProcess) begin(end string) (io.WriteCloser, *bufio.Reader) {
	d.t.Helper()
	c, err := (&net.Dialer{}).DialContext(d.t.Context(), "tcp", strings.TrimPrefix(d.base, "http://"))
	if err != nil {
		d.t.Fatal(err)
	}
	_, err = fmt.Fprintf(c, "POST /sign-in HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", len(end))
	if err != nil {
		d.t.Fatal(err)
	}
	answer := bufio.NewReader(c)
	line, err := answer.ReadString('\n')
	if err != nil || !strings.Contains(line, "100 Continue") {
		d.t.Fatalf("%q, %v", line, err)
	}
	return c, answer
}

func (d *demoProcess) signal() error { return d.cmd.Process.Signal(syscall.SIGTERM) }

// TestStopUnderLoad stops a server that many read and listen to. What it has begun to answer, it answers to the
// end; streams end; nothing is logged as a failure; what it did was sent as traces; and it exits with status 0.
func TestStopUnderLoad(t *testing.T) {
	otlp, traces := collector(t)
	d := startDemoProcess(t, "--otlp", otlp)
	ended := d.listen(20)
	slow, answer := d.begin("login=x")
	defer slow.Close()
	var stopping atomic.Bool
	var pages atomic.Int64
	busy := make(chan struct{})
	paths := []string{"/", "/people", "/people/" + leader, "/awards", "/retune", "/flags"}
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for i := 0; ; i++ {
				path := paths[i%len(paths)]
				status, body, err := d.get(t.Context(), path+"?program=git")
				if err != nil && stopping.Load() && status == 0 {
					return // it takes no more
				}
				if err != nil || status != http.StatusOK || !strings.Contains(body, "</html>") {
					t.Errorf("%s: status %d with %d bytes: %v", path, status, len(body), err)
					return
				}
				if pages.Add(1) == 100 {
					close(busy)
				}
			}
		})
	}
	<-busy
	stopping.Store(true)
	if err := d.signal(); err != nil {
		t.Fatal(err)
	}
	ended()
	if _, err := io.WriteString(slow, "login=x"); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(answer)
	if err != nil || !strings.Contains(string(rest), "HTTP/1.1 422 ") || !strings.Contains(string(rest), "</html>") {
		t.Errorf("the request under way is answered with %q, %v", rest, err)
	}
	readers.Wait()
	if err := d.cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, &d.stderr)
	}
	if text := d.stderr.String(); strings.Contains(text, `"level"`) {
		t.Errorf("it complains: %s", text)
	}
	for _, span := range []string{"GET /people/{person}", "POST /sign-in", "GET /live", "award pass"} {
		if !strings.Contains(traces.String(), span) {
			t.Errorf("%s is in no trace", span)
		}
	}
}

// TestStopAtOnce tells a server to stop that waits for a request which does not end, and tells it again.
func TestStopAtOnce(t *testing.T) {
	d := startDemoProcess(t)
	ended := d.listen(1)
	slow, _ := d.begin("login=x")
	defer slow.Close()
	began := time.Now()
	if err := d.signal(); err != nil {
		t.Fatal(err)
	}
	ended() // so it has heard
	gone := make(chan error, 1)
	go func() { gone <- d.cmd.Wait() }()
	again := time.NewTicker(100 * time.Millisecond) // one that comes in the same moment as the first may count as one
	defer again.Stop()
	for {
		select {
		case <-again.C:
			_ = d.signal()
			continue
		case <-gone:
		}
		break
	}
	status, ok := d.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if took := time.Since(began); !ok || !status.Signaled() || took > shutdownTimeMax/2 {
		t.Errorf("it ended after %v with %v: %s", took, d.cmd.ProcessState, &d.stderr)
	}
}
