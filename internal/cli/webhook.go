package cli

import (
	"context"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

func newWebhookURLCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var input api.WebhookInput
	var property string
	c := &cobra.Command{
		Use:     "webhook:url",
		Short:   "Show where to send activities, and how to sign them",
		GroupID: groupProjects,
		Long: `webhook:url prints the address that takes a project's activities, and says how to
sign for it. With --scheme it sets how they are signed, and makes a secret unless
--secret gives one; several secrets are good at the same time, so that they can be
changed. A secret that was made is shown this once.

Schemes: jws (Platform.sh and Upsun), standard (standardwebhooks.com), github,
stripe, slack, shopify, bearer, none.`,
		Example: `  runner webhook:url
  runner webhook:url --scheme jws --secret "$SHARED_KEY"
  SECRET=$(runner webhook:url --scheme standard -P secrets.0)`,
		Args: cobra.NoArgs,
	}
	c.RunE = o.with(s, func(ctx context.Context, s *session, _ []string) error {
		if c.Flags().Changed("secret") && !c.Flags().Changed("scheme") {
			return usage("--secret needs --scheme")
		}
		p, err := s.findProject(ctx)
		if err != nil {
			return err
		}
		path := apiPath("projects", p.ID, "webhook")
		var hook api.Webhook
		if c.Flags().Changed("scheme") {
			hook, err = call[api.Webhook](ctx, s.client, http.MethodPut, path, input)
		} else {
			hook, err = get[api.Webhook](ctx, s.client, path)
		}
		if err != nil {
			return s.explain(err, "webhook")
		}
		if property != "" {
			return propertyOptions{property: property}.printValue(s.Streams, hook, nil, nil)
		}
		return printWebhook(s, hook, len(input.Secrets) == 0)
	})
	c.Flags().StringVarP(&property, "property", "P", "", "print this property alone: url, scheme, secrets.0, how")
	c.Flags().StringVar(&input.Scheme, "scheme", "", "set how activities are signed")
	c.Flags().StringArrayVar(&input.Secrets, "secret", nil, "the secret to check signatures with; repeatable (default a new one)")
	o.projectFlag(c)
	o.flags(c)
	return c
}

// printWebhook prints the address on standard output, and all else where people
// look. The secret is a value too, but a pipe has to ask for it by its name.
func printWebhook(s *session, hook api.Webhook, showSecrets bool) error {
	if _, err := fmt.Fprintln(s.Out, hook.URL); err != nil {
		return err
	}
	if hook.Scheme == "" {
		fmt.Fprintln(s.Err, "No activities are taken: set how they are signed with --scheme.")
		return nil
	}
	fmt.Fprintf(s.Err, "Scheme: %s\n", hook.Scheme)
	if showSecrets {
		for _, secret := range hook.Secrets {
			fmt.Fprintf(s.Err, "Secret, shown this once: %s\n", secret)
		}
	}
	fmt.Fprintf(s.Err, "To send body.json:\n\n%s\n", hook.How)
	return nil
}
