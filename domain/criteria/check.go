package criteria

// warn reports what is allowed and probably not meant.
func warn(checked *CheckedDocument, f *findings, locate locator) {
}
