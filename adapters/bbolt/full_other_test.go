//go:build !linux

package bbolt

func childFill(string)         {}
func childFillAccounts(string) {}
