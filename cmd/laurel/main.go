// Command laurel is the recognition engine for mentorship on the command line: it imports a history, computes standings
// under a criteria file, compares two sets of criteria, and explains every tier.
//
// Results go to standard output, everything else to standard error. The exit status is 0 when done, 1 when the command
// failed, and 2 for wrong usage or bad input.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // time zones of criteria do not depend on what the machine has installed

	"laurel/cmd/laurel/internal/render"
)

func main() {
	tuneMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	if len(writeSignals) > 0 {
		// With a handler in place, the write that caused the signal fails with an error that can be handled.
		signal.Notify(make(chan os.Signal, 1), writeSignals...)
	}
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit status. Everything that the command takes from its surroundings
// comes in as an argument.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) (code int) {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, env: environment(environ)}
	defer func() {
		if r := recover(); r != nil {
			code = exitFailed
			fmt.Fprintf(stderr, "laurel: internal error: %s (hint: this is a bug; run again with LAUREL_DEBUG=1 for details)\n",
				oneLine(fmt.Sprint(r)))
			if a.env["LAUREL_DEBUG"] == "1" {
				fmt.Fprintf(stderr, "%s\n", debug.Stack())
			}
		}
	}()
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil || render.IsClosedPipe(err) {
		return exitDone
	}
	text, code := describe(err)
	fmt.Fprintln(stderr, "laurel: "+a.named(err, text))
	return code
}

// environment turns KEY=VALUE pairs into a map.
func environment(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, pair := range environ {
		key, value, _ := strings.Cut(pair, "=")
		env[key] = value
	}
	return env
}
