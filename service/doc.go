// Package service is the activity service: activities come in, the scripts of
// matching integrations run in the sandbox, every run is recorded with its log.
//
//	s, err := service.New(service.Config{Database: db, Engine: engine, Key: key})
//	go s.Run(ctx)                              // works through the mailboxes
//	accepted, err := s.Accept(ctx, intake)     // durable when it returns
//
// It knows no HTTP: package service/api is the way in from outside, and it keeps
// nothing: what must survive is in the record.Database. What a script may reach is
// decided here, by the grants that each run is given.
package service
