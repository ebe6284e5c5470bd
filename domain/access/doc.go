// Package access holds who may do what: roles, actions, the one table that relates them, and the rules of accounts,
// sessions, API tokens, one-time links, and the record of who looked at whom. It has no clock, no randomness and no
// input or output of its own: times and secrets arrive as arguments, and what is kept is kept by a Storage.
//
// # Deciding
//
// Whoever asks is an *Identity: an account with its grants, and the person that it is linked to; nil is a visitor. What
// is asked is an Action about a Target: a program, and the people whose data it is.
//
//	if !identity.May(access.AwardsReview, access.Target{Program: "git"}) { ... }
//
// The table is all there is to it: an action that is not in it is refused, to everybody. Print writes it down:
//
//   - yes: whoever has the role may, whatever programs the role was given for;
//   - programs: in the programs that the role was given for, and without a program only if it was given for all;
//   - whole: only with the role for all programs, since what is asked is not of one;
//   - own: where everybody whose data it is may see it, the account's person is one of them;
//   - nothing: refused, as is every action that is not in the table.
//
// Some rules need more than the table and stay where they are decided: nobody approves their own criteria, reviews
// their own award, or consents for somebody else, says package domain.
//
// # Secrets
//
// A session, a token and a one-time link are secrets of 256 random bits. Only their SHA-256 is kept, so that whoever
// reads the file cannot sign in; no salt is needed, as there is nothing to guess. Passwords are guessable: their
// hashing is slow, and done where they arrive. The addresses of public badge pages follow from a key, see BadgeKey.
//
// # The life of an account
//
//	            invited               link used                 disabled
//	(nothing) ----------> no password ----------> may sign in <----------> may not
//	    |                                              ^
//	    +----------------------------------------------+
//	           the first administrator, by the link that the first start prints
//
// Accounts are not deleted, so that what was recorded of them keeps a name. Disabling one ends its sessions and stops
// its tokens at once, and so does a new password. One administrator who can sign in is always left.
package access
