package storagetest

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"cloche/storage/record"
)

func acceptCases() []databaseCase {
	return []databaseCase{
		{"accepting an activity", testAccept},
		{"a delivery that is repeated", testDuplicate},
		{"a delivery to another project", testDeliveryOfTwoProjects},
		{"a delivery to a project that is not there", testAcceptUnknownProject},
		{"match sees what is enabled now", testMatchSeesNow},
		{"match may do what it likes with its list", testMatchWrites},
		{"match names what is not there", testMatchMissing},
		{"a delivery races with itself", testRacingDeliveries},
		{"a repeated delivery outlives its activity", testDuplicateOfPruned},
		{"a delivery is verified by a project as it was", testChangedProject},
		{"an integration is deleted while it is matched", testDeletedWhileMatched},
	}
}

func testAccept(b *bed) {
	first, second := b.add(), b.add()
	b.addTo(b.addProject(1).ID)
	accepted := b.accept(func(list []record.Integration) []record.Integration {
		b.equal("what match is given", list, []record.Integration{first, second})
		return list
	})
	if accepted.Duplicate || accepted.Differs || len(accepted.Runs) != 2 {
		b.Fatalf("Accept = %+v", accepted)
	}
	a, err := b.db.Activity(b.ctx, b.project.ID, accepted.ActivityID)
	b.must(err)
	for n, i := range []record.Integration{first, second} {
		run := b.run(accepted.Runs[n])
		want := record.Run{
			Seq: run.Seq, ID: accepted.Runs[n], ProjectID: b.project.ID, IntegrationID: i.ID, ActivityID: a.ID, Attempt: 1,
			State: "pending", Seed: run.Seed, Ready: a.Created, Created: a.Created, ActivityType: a.Type, Summary: a.Summary,
		}
		b.equal("the run", run, want)
		if len(run.Seed) > 0 || run.Seq <= 0 {
			b.Errorf("the run has seed %x and seq %d", run.Seed, run.Seq)
		}
	}
	if none := b.accept(only()); len(none.Runs) != 0 {
		b.Errorf("nothing matched: %+v", none)
	}
	b.wantBacklog(2)
}

func testDuplicate(b *bed) {
	b.add()
	first, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf("d", "body"), all, newID)
	b.must(err)
	b.add() // too late for this delivery
	want := record.Accepted{ActivityID: first.ActivityID, Duplicate: true, Runs: first.Runs}
	for _, body := range []string{"body", "another", "body"} {
		again, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf("d", body), all, newID)
		b.must(err)
		want.Differs = body != "body"
		b.equal("the repetition", again, want)
	}
	b.wantActivities(1)
	b.wantBacklog(1)

	for range 2 {
		fresh, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf("", "body"), all, newID)
		b.must(err)
		if fresh.Duplicate || len(fresh.Runs) != 2 {
			b.Errorf("without an ID: %+v", fresh)
		}
	}
	b.wantActivities(3)
}

func (b *bed) wantActivities(want int) {
	b.Helper()
	list, err := b.db.ListActivities(b.ctx, b.project.ID, 1000)
	b.must(err)
	if len(list) != want {
		b.Errorf("there are %d activities, want %d", len(list), want)
	}
}

func testDeliveryOfTwoProjects(b *bed) {
	for _, project := range []string{b.project.ID, b.addProject(1).ID} {
		b.addTo(project)
		accepted, err := b.db.Accept(b.ctx, newActivity(project), deliveryOf("d", "body"), all, newID)
		b.must(err)
		if accepted.Duplicate || len(accepted.Runs) != 1 {
			b.Errorf("Accept = %+v", accepted)
		}
	}
}

func testAcceptUnknownProject(b *bed) {
	p := record.Project{ID: newID(), Concurrency: 1, Created: now(), Updated: now()}
	a := newActivity(p.ID)
	for _, id := range []string{"d", ""} {
		accepted, err := b.db.Accept(b.ctx, a, deliveryOf(id, "body"), all, newID)
		b.want("Accept", err, record.ErrNotFound)
		b.equal("what came of it", accepted, record.Accepted{})
	}
	b.must(b.db.CreateProject(b.ctx, p))
	_, err := b.db.Activity(b.ctx, p.ID, a.ID)
	b.want("Activity", err, record.ErrNotFound)
	accepted, err := b.db.Accept(b.ctx, a, deliveryOf("d", "body"), all, newID)
	if err != nil || accepted.Duplicate {
		b.Errorf("Accept when the project is there = %+v, %v; the delivery was kept before", accepted, err)
	}
}

func testMatchSeesNow(b *bed) {
	i, other := b.add(), b.add()
	b.wantMatch(i, other)
	i.Enabled = false
	b.must2(b.db.UpdateIntegration(b.ctx, i, nil, ""))
	b.wantMatch(other)
	i.Enabled, i.Name, i.Filter.Result = true, "renamed", "*"
	b.must2(b.db.UpdateIntegration(b.ctx, i, nil, ""))
	b.wantMatch(i, other)
	i = b.must2(b.db.UpdateIntegration(b.ctx, i, []byte("2"), hashOf([]byte("2"))))
	b.wantMatch(i, other)
	i = b.must2(b.db.UseVersion(b.ctx, b.project.ID, i.ID, 1))
	b.wantMatch(i, other)
	b.must(b.db.DeleteIntegration(b.ctx, b.project.ID, other.ID))
	b.wantMatch(i)
	late := b.add()
	b.wantMatch(i, late)

	b.must(b.db.DeleteProject(b.ctx, b.project.ID))
	b.must(b.db.CreateProject(b.ctx, b.project))
	b.wantMatch()
}

func (b *bed) must2(i record.Integration, err error) record.Integration {
	b.Helper()
	b.must(err)
	return i
}

// wantMatch checks what an activity that comes in now is matched with.
func (b *bed) wantMatch(want ...record.Integration) {
	b.Helper()
	b.accept(func(got []record.Integration) []record.Integration {
		b.equal("what match is given", append([]record.Integration{}, got...), append([]record.Integration{}, want...))
		return nil
	})
}

func testMatchWrites(b *bed) {
	first, second := b.add(), b.add()
	for range 3 {
		b.accept(func(list []record.Integration) []record.Integration {
			b.equal("what match is given", list, []record.Integration{first, second})
			slices.Reverse(list)
			list[0].Enabled, list[0].Name, list[0].ProjectID = false, "changed", "changed"
			return slices.Delete(list, 0, 2)
		})
	}
}

// testMatchMissing has match remember an integration that is deleted meanwhile.
func testMatchMissing(b *bed) {
	gone, kept := b.add(), b.add()
	b.must(b.db.DeleteIntegration(b.ctx, b.project.ID, gone.ID))
	accepted := b.accept(func([]record.Integration) []record.Integration { return []record.Integration{gone, kept} })
	if len(accepted.Runs) != 1 {
		b.Fatalf("Accept = %+v, want one run", accepted)
	}
	if run := b.run(accepted.Runs[0]); run.IntegrationID != kept.ID {
		b.Errorf("the run is %+v, want one of %s", run, kept.ID)
	}
}

func testRacingDeliveries(b *bed) {
	i := b.add()
	rounds := count(50)
	for round := range rounds {
		id := newID()
		var fresh atomic.Int64
		race(func(writer int) {
			for range 2 {
				accepted, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf(id, "body"), all, newID)
				if err != nil || len(accepted.Runs) != 1 {
					b.Errorf("round %d: Accept = %+v, %v", round, accepted, err)
				}
				if !accepted.Duplicate {
					fresh.Add(1)
				}
			}
		})
		if n := fresh.Load(); n != 1 {
			b.Errorf("round %d: %d of the deliveries were fresh, want 1", round, n)
		}
	}
	if n := len(b.runs(i)); n != rounds {
		b.Errorf("there are %d runs, want %d", n, rounds)
	}
}

func testDuplicateOfPruned(b *bed) {
	first, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf("d", "body"), all, newID)
	b.must(err)
	later := now().Add(time.Hour)
	b.must2Int(b.db.Prune(b.ctx, later, time.Time{}, 10))
	b.wantActivities(0)
	again, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf("d", "body"), all, newID)
	b.must(err)
	if !again.Duplicate || again.ActivityID != first.ActivityID || len(again.Runs) != 0 {
		b.Errorf("Accept = %+v, want a duplicate of %s", again, first.ActivityID)
	}
}

func testChangedProject(b *bed) {
	i := b.add()
	changes := []func(){
		func() {
			p, err := b.db.Project(b.ctx, b.project.ID)
			b.must(err)
			p.Name = "another"
			b.must(b.db.UpdateProject(b.ctx, p))
		},
		func() { b.add() },
		func() {
			_, err := b.db.UpdateIntegration(b.ctx, i, []byte("2;"), "2")
			b.must(err)
		},
	}
	for n, change := range changes {
		before, err := b.db.Project(b.ctx, b.project.ID)
		b.must(err)
		change()
		d := deliveryOf(newID(), "body")
		d.Revision = &before.Revision
		if _, err := b.db.Accept(b.ctx, newActivity(b.project.ID), d, all, newID); !errors.Is(err, record.ErrChanged) {
			b.Errorf("change %d: error is %v, want %v", n, err, record.ErrChanged)
		}
		after, err := b.db.Project(b.ctx, b.project.ID)
		b.must(err)
		d.Revision = &after.Revision
		accepted, err := b.db.Accept(b.ctx, newActivity(b.project.ID), d, all, newID)
		if err != nil || accepted.Duplicate {
			b.Errorf("change %d: Accept = %+v, %v; the refused delivery has left something", n, accepted, err)
		}
	}
}

// testDeletedWhileMatched is of databases where others write at the same time.
func testDeletedWhileMatched(b *bed) {
	if !b.harness.Shared {
		return
	}
	other := b.second()
	gone, stays := b.add(), b.add()
	calls := 0
	accepted, err := b.db.Accept(b.ctx, newActivity(b.project.ID), deliveryOf("d", "body"), func(list []record.Integration) []record.Integration {
		if calls++; calls == 1 {
			b.must(other.DeleteIntegration(b.ctx, b.project.ID, gone.ID))
		}
		return list
	}, newID)
	if err != nil || accepted.Duplicate || len(accepted.Runs) != 1 {
		b.Fatalf("Accept = %+v, %v, want one run", accepted, err)
	}
	if run := b.run(accepted.Runs[0]); run.IntegrationID != stays.ID {
		b.Errorf("the run is of %s, want %s", run.IntegrationID, stays.ID)
	}
}
