// Package bbolt keeps an event log in one file, with go.etcd.io/bbolt: the store for one process and no server.
//
// # Layout
//
// DIR/events.bolt has five buckets. The log maps places, which count up from 1 without gaps and are what positions are
// made of, to records: everything about an event, with a checksum. Records of one commit are kept together in blocks,
// each under the place of its first. The names bucket gives each stream a number. By number, the streams bucket holds
// how many events a stream has and the newest entries of its index, and the index bucket holds the older ones, 32 at a
// time. An entry is the place of an event and a fingerprint of its id. So a stream is read directly, in both
// directions, and the check that an append brings no id twice is a scan of fingerprints. Almost all that a commit
// writes are records, at the end of the log; changes all over the index, which would cost more than anything else, are
// few and small. The state bucket says where the log ends.
//
// # The life of an append
//
// The caller's goroutine checks the events and hands them to the one writer. The writer takes whatever else waits,
// within limits, and performs it all in one transaction: for each append it finds the stream, looks for the ids,
// compares the expectation, and writes records, or an error for that caller alone. The commit syncs the file; then the
// head moves, subscribers are woken, and all callers get their results. What is read never goes beyond that head.
//
// # Failures
//
//   - A crash at any moment leaves the file as at the last commit: bbolt never overwrites pages that it may need.
//   - A commit that fails, as on a full disk, fails its appends, and the log stays as it was: reads go on, and so do
//     appends when there is room again. If the commit reached the file but may not have reached the disk, appends are
//     refused until the log is opened again.
//   - A second process gets *eventstore.LockedError. So does a reader while a writer has the log open; any number of
//     read-only ones share it.
//   - Damage is found: at opening, in whatever leads to records; at reading, in records and index, by their checksums;
//     by Verify, everywhere. It is reported as *eventstore.CorruptError with the position and the byte offset of the
//     first record that it hit. A damaged meta page keeps the log from opening, although bbolt would fall back to the
//     one before: that might silently lose the newest commit.
//
// # Accounts
//
// DIR/accounts.db holds who may sign in, for package access: one bucket, each value with a checksum, all of which
// are checked when it is opened. It is a file of its own, that only its owner may read, since a log is backed up,
// copied and shown to auditors, and the hashes of passwords are not.
//
// # Proof
//
// Every record is chained to those before it by a sha256 hash, whose newest value each commit stores. Verify computes
// it again. Whoever has noted a value elsewhere can prove that nobody has changed the log up to its position since.
package bbolt
