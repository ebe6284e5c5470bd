//go:build !unix

package main

import "os/exec"

// ownGroup leaves the command as it is: there are no process groups here.
func ownGroup(*exec.Cmd) {}

// endGroup does nothing: there are no process groups here.
func endGroup(*exec.Cmd) {}
