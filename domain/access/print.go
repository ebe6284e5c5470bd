package access

import "strings"

// Row is a line of the table as it is shown.
type Row struct {
	Action Action
	Says   string
	Anyone Cell // who is not signed in
	Every  Cell // every account
	Roles  []Cell
	Manual bool // not by an API token
}

// Table returns who may do what; Roles of a row are in the order of Roles().
func Table() []Row {
	rows := make([]Row, len(table))
	for i, r := range table {
		rows[i] = Row{Action: r.action, Says: r.says, Every: r.account, Manual: r.manual}
		if r.anyone {
			rows[i].Anyone = Yes
		}
		for _, role := range Roles() {
			cell := r.roles[role]
			if r.anyone {
				cell = Yes
			}
			rows[i].Roles = append(rows[i].Roles, cell)
		}
	}
	return rows
}

// Print returns the table in Markdown.
func Print() string {
	var b strings.Builder
	b.WriteString("| action | what | anyone | every account |")
	for _, role := range Roles() {
		b.WriteString(" " + string(role) + " |")
	}
	b.WriteString(" by token |\n|" + strings.Repeat("---|", len(Roles())+5) + "\n")
	for _, r := range Table() {
		cells := append([]Cell{r.Anyone, r.Every}, r.Roles...)
		b.WriteString("| " + string(r.Action) + " | " + r.Says + " |")
		for _, c := range cells {
			b.WriteString(" " + c.String() + " |")
		}
		byToken := "yes"
		if r.Manual {
			byToken = "no"
		}
		b.WriteString(" " + byToken + " |\n")
	}
	return b.String()
}
