package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestRetuneInABrowser is the story of the owner: a rule is changed by the keyboard, its effect is seen at once, a mistake is
// found where it is, the draft is proposed, and somebody else approves it.
func TestRetuneInABrowser(t *testing.T) {
	b := openBrowser(t)
	b.look(1280, "light")
	b.signIn("Willow Kite")
	b.open("/retune")
	says := func(selector, want string) {
		t.Helper()
		var text string
		b.do(chromedp.PollFunction(`(selector, want) => {
			const text = document.querySelector(selector)?.innerText ?? "";
			return text.includes(want) ? text : null;
		}`, &text, chromedp.WithPollingArgs(selector, want)))
	}
	says("#now", "0 would rise and 0 would fall")
	const score = `[data-knob="tiers.champion.when.score"] `
	b.do(chromedp.Focus(score+`[type="range"]`), chromedp.KeyEvent(strings.Repeat("\u0302", 6))) // arrow left
	wrote := func(number string) {
		t.Helper()
		b.do(chromedp.PollFunction(`(text) => document.getElementById("document").value.includes(text)`, nil,
			chromedp.WithPollingArgs("score >= "+number+" ")))
	}
	wrote("30")
	says("#now", "+")
	b.do(chromedp.Focus(score+`[type="number"]`), chromedp.Evaluate(`document.activeElement.select()`, nil), chromedp.KeyEvent("40"))
	wrote("40")

	b.do(chromedp.Evaluate(`(() => {
		const editor = document.getElementById("document");
		editor.value = editor.value.replace("mentees >= 2", "mentee >= 2");
		editor.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, nil))
	says("#found", "did you mean")
	says("#now", "Nothing can be computed")
	var selected string
	b.do(chromedp.Click("#found [data-line]"), chromedp.Evaluate(`(() => {
		const editor = document.activeElement;
		return editor.value.slice(editor.selectionStart, editor.selectionEnd);
	})()`, &selected))
	if !strings.HasPrefix(selected, "mentee >= 2") {
		t.Errorf("the finding leads to %q", selected)
	}
	b.do(chromedp.Evaluate(`(() => {
		const editor = document.getElementById("document");
		editor.value = editor.value.replace("mentee >= 2", "mentees >= 2");
		editor.dispatchEvent(new Event("input", { bubbles: true }));
	})()`, nil))
	says("#now", "Exact")
	for _, wrong := range append(b.complaints(), b.barriers()...) {
		t.Error(wrong)
	}

	b.do(chromedp.Click(`[formaction*="/retune/propose"]`), chromedp.WaitVisible("#h-impact"),
		chromedp.Click(`//button[contains(., "Propose them")]`, chromedp.BySearch), chromedp.WaitVisible("#h-history"))
	var path string
	b.do(chromedp.Evaluate(`location.pathname`, &path))
	says(".main", "somebody else approves them")
	for _, wrong := range append(b.complaints(), b.barriers()...) {
		t.Error(wrong)
	}
	b.signIn("Pearl Dunlin")
	b.open(path)
	says("#h-diff + *", "score >= 40")
	b.do(chromedp.Click(`[action*="/approve"] button`), chromedp.WaitVisible(`[role="status"]`))
	says(`[role="status"]`, "approval is recorded")
	b.signIn("Willow Kite")
	b.open(path)
	b.do(chromedp.Click(`[action*="/activate"] button`), chromedp.WaitVisible(`[role="status"]`))
	says(".main", "These are in force")
	for _, wrong := range b.complaints() {
		t.Error(wrong)
	}
}
