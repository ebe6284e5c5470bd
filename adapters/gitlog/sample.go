package gitlog

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
)

// sampleGzip is the public history of the Git project from 2008 to 2026, cut down to the commits that name a mentor,
// helper or reviewer. The people are real contributors under pseudonyms: a colour and a bird, at git.example.
//
//go:embed sample/git-mentorship.log.gz
var sampleGzip []byte

// Sample opens the git log that comes with Laurel: 4,007 commits of the Git project's public history, 2008 to 2026,
// with people under pseudonyms. Imported, it gives 1,503 MentorshipStarted, 5,259 SessionHeld, 852 GoalMet and 92
// PromotionRecorded.
func Sample() io.ReadCloser {
	r, err := gzip.NewReader(bytes.NewReader(sampleGzip))
	if err != nil {
		panic(fmt.Sprintf("gitlog: the embedded sample is damaged: %v", err))
	}
	return r
}
