package packet

import (
	"fmt"
	"time"
)

// readme is the file that tells people what they have.
func readme(from *Source) string {
	named := "People stand in it by their ids alone."
	if from.People != nil {
		named = "People stand in it by their ids and names."
	}
	return fmt.Sprintf(`Audit packet of the program %s

As of %s, known up to position %s,
under the criteria %s.
%s

To check it, with Laurel on any machine and without any other data:

    laurel replay --packet FILE.zip

This computes every standing and every award again from the events and criteria
in the packet, and compares the result with the files in it byte for byte. The
exit status is 0 when all of it holds, and 1 when anything does not; each file
that differs is named, with the place.

What is in it

    manifest.json         what the packet is of; size and SHA-256 of each file
    criteria.json         who proposed, approved and activated which criteria
    criteria/             the criteria documents; each file is named by the hash
                          of its own content: sha256sum criteria/*.json
    standings.json        tier, score, measures and history of every mentor
    awards.json           the register of awards
    audit.json            every award, computed again; those that do not hold up
    events.jsonl          the events that all of this follows from, a line each:
                          those of the program, its criteria, mentorships and
                          awards, and the outcomes of the people in them

Texts that people wrote and their addresses are not in it; no standing and no
award depends on them.

That these events are those of the log, the packet cannot prove by itself. Where
the manifest has a chain value, hold it against what the keeper of the log sees
with "laurel log verify", or against a value that was noted before.
`, from.Program, from.AsOf.Format(time.RFC3339Nano), from.Position, from.Plan.Hash, named)
}
