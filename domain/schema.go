package domain

// SchemaOf returns the newest schema version of a type's payload, the one that the structs of this package have. It is
// 1 but for types whose payload changed: FeedbackRequested and EventVoided are at 2.
func SchemaOf(t EventType) int {
	if t == TypeFeedbackRequested || t == TypeEventVoided {
		return 2
	}
	return 1
}
