package storagetest

import (
	"strings"

	"cloche/activity"
	"cloche/storage/record"
)

func byteCases() []databaseCase {
	return []databaseCase{
		{"every byte of a script survives", testScriptBytes},
		{"every byte of an activity survives", testActivityBytes},
		{"every byte of a variable survives", testVariableBytes},
		{"every byte of a run survives", testRunBytes},
		{"every byte of a delivery counts", testDeliveryBytes},
	}
}

// oddTexts returns texts that a careless back end would change, confuse or refuse.
func oddTexts() []string {
	return []string{
		"", "\x00", "a\x00b", "\x00\x00", "\xff\xfe", "\xc0\x80", "a\xed\xa0\x80", "\xf0\x9f\x8e", "Grüße 🎉", "\ufeffx",
		"null", "1", "x'00'", `\x00`, "it's", `"`, "x  \n", strings.Repeat("\x00\xff", 100_000),
	}
}

func testScriptBytes(b *bed) {
	i := b.add()
	for _, text := range oddTexts() {
		i, err := b.db.UpdateIntegration(b.ctx, i, []byte(text), hashOf([]byte(text)))
		b.must(err)
		got, err := b.db.Version(b.ctx, i.ID, i.Version)
		b.must(err)
		if string(got.Script) != text {
			b.Errorf("the script %.40q came back as %.40q", text, got.Script)
		}
	}
}

func testActivityBytes(b *bed) {
	for n, text := range oddTexts() {
		a := newActivity(b.project.ID)
		a.Type, a.Body, a.Hops, a.Created = text, []byte(text), n, moment(n)
		a.State, a.Result = activity.StateCancelled, activity.ResultFailure
		_, err := b.db.Accept(b.ctx, a, record.Delivery{}, all, newID)
		b.must(err)
		got, err := b.db.Activity(b.ctx, b.project.ID, a.ID)
		b.must(err)
		b.equal("the activity", got, a)
		list, err := b.db.ListActivities(b.ctx, b.project.ID, 1)
		b.must(err)
		a.Body = nil
		b.equal("the newest activity", list, []record.Activity{a})
	}
}

func testVariableBytes(b *bed) {
	i := b.add()
	for _, text := range oddTexts() {
		v := record.Variable{ID: newID(), IntegrationID: i.ID, Name: "V", Kind: record.Plain, Value: text, Created: moment(0), Updated: moment(0)}
		stored, err := b.db.SetVariable(b.ctx, v)
		b.must(err)
		list, err := b.db.ListVariables(b.ctx, i.ID)
		b.must(err)
		if stored.Value != text || len(list) != 1 || list[0].Value != text {
			b.Errorf("the value %.40q came back as %.40q and %.40q", text, stored.Value, list[0].Value)
		}
	}
}

// testRunBytes passes every odd text through the body, the message and the log of a
// run.
func testRunBytes(b *bed) {
	i := b.add()
	texts := oddTexts()
	for _, text := range texts {
		a := newActivity(b.project.ID)
		a.Body = []byte(text)
		_, err := b.db.Accept(b.ctx, a, record.Delivery{}, all, newID)
		b.must(err)
	}
	j := b.newJournal()
	b.work(workOptions(), j.notingEnds(b.db, func(work *record.Work) *record.Outcome { return echo(b, work) }))
	j.wait(len(texts))
	for n, run := range b.runs(i) {
		if run.Message != texts[n] || string(run.Seed) != texts[n] {
			b.Errorf("message %.40q and seed %.40q, want %.40q", run.Message, run.Seed, texts[n])
		}
		lines, err := b.db.Lines(b.ctx, run, 0, 100)
		b.must(err)
		b.equal("the log", lines, []record.Line{{Number: 1, Time: moment(0), Level: "log", Text: texts[n]}})
	}
}

// echo ends a run with the body of its activity as message, seed and log.
func echo(b *bed, work *record.Work) *record.Outcome {
	if string(work.Activity.Body) != string(b.bodyOf(work)) {
		b.Errorf("the work has the body %.40q", work.Activity.Body)
	}
	outcome := succeed(work)
	text := string(work.Activity.Body)
	outcome.Run.Message, outcome.Run.Seed = text, []byte(text)
	outcome.Lines = []record.Line{{Number: 1, Time: moment(0), Level: "log", Text: text}}
	return outcome
}

func (b *bed) bodyOf(work *record.Work) []byte {
	a, err := b.db.Activity(b.ctx, work.Run.ProjectID, work.Run.ActivityID)
	if err != nil {
		b.Errorf("Activity: %v", err)
	}
	return a.Body
}

func testDeliveryBytes(b *bed) {
	ids := []string{"a", "A", "a ", "a\x00", "a\x00b", "\x00", "\xff", "\xff\xfe", "é", "e\u0301", "🎉", "%", strings.Repeat("\xff", 512)}
	first := make(map[string]string)
	for range 2 {
		for _, id := range ids {
			accepted, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf(id, "body"), all, newID)
			b.must(err)
			known, again := first[id]
			if accepted.Duplicate != again || again && accepted.ActivityID != known {
				b.Errorf("delivery %.40q: %+v; known as %q", id, accepted, known)
			}
			first[id] = accepted.ActivityID
		}
	}
}
