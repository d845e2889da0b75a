/* SPDX-License-Identifier: Apache-2.0 */
#include "certs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/log.h"
#include "../common/option.h"
#include "private.h"

enum { ID_DIR = 1, ID_DAYS, ID_NAME, ID_FORCE, ID_HELP };

static const struct option_row rows[] = {
	{ "dir", 0, OPTION_VALUE, ID_DIR, "DIR",
	  "where the files are (default: here)" },
	{ "days", 0, OPTION_VALUE, ID_DAYS, "N",
	  "how long the certificate is to be valid (default: a CA\n"
	  "1825, others 90); never longer than its CA" },
	{ "name", 0, OPTION_VALUE, ID_NAME, "NAME",
	  "what a new CA is called (default: made up)" },
	{ "force", 0, OPTION_BARE, ID_FORCE, NULL,
	  "replace files that are there" },
	{ "help", 'h', OPTION_BARE, ID_HELP, NULL, "this text" },
	{ 0 },
};

static const struct option_row *const tables[] = { rows, NULL };

struct command {
	const char *name;
	size_t least; /* arguments */
	int (*run)(struct certs *c);
};

static const struct command commands[] = {
	{ "ca", 0, certs_do_ca },	  { "server", 1, certs_do_server },
	{ "client", 1, certs_do_client }, { "renew", 1, certs_do_renew },
	{ "revoke", 0, certs_do_revoke }, { "show", 0, certs_do_show },
};

static void
print_help(void)
{
	printf(
	    "Usage: rspd certs COMMAND [OPTIONS] [ARGS]\n"
	    "\n"
	    "Makes what TLS needs: a CA, and certificates for servers and "
	    "clients.\n"
	    "\n"
	    "Commands:\n"
	    "  ca                     a CA: ca.crt, ca.key, ca.crl\n"
	    "  server HOST...         HOST.crt, HOST.key; more host names and "
	    "addresses\n"
	    "                         may follow, and the certificate is for "
	    "all of them\n"
	    "  client NAME [ID...]    NAME.crt, NAME.key; an ID is "
	    "user@domain, a host name\n"
	    "                         or a URI\n"
	    "  renew NAME|FILE...     the same certificate with a new date, "
	    "for the same key;\n"
	    "                         also of a CA (\"ca\")\n"
	    "  revoke [NAME|FILE...]  puts certificates on the list ca.crl "
	    "(--tls-crl)\n"
	    "  show [NAME|FILE...]    what certificates say, with "
	    "fingerprints\n"
	    "\n"
	    "ca.key signs: it belongs on neither machine that debugs.  "
	    "Servers need ca.crt (and\n"
	    "ca.crl), HOST.crt, HOST.key; clients ca.crt, NAME.crt, "
	    "NAME.key.\n"
	    "\n"
	    "Options:\n");
	options_print(rows);
}

static bool
apply(void *arg, int id, const char *value)
{
	struct certs *c = arg;
	int64_t days;

	switch (id) {
	case ID_DIR:
		c->dir = value;
		return true;
	case ID_NAME:
		c->name = value;
		return true;
	case ID_FORCE:
		c->force = true;
		return true;
	case ID_DAYS:
		if (option_number(value, 1, CERTS_DAYS_MAX, &days) < 0) {
			log_error("--days=%s: 1 to %d is wanted", value,
				  CERTS_DAYS_MAX);
			return false;
		}
		c->days = (int)days;
		return true;
	case OPTION_POSITIONAL:
		if (c->n == CERTS_ARGS_MAX) {
			log_error("at most %d names", CERTS_ARGS_MAX);
			return false;
		}
		c->args[c->n++] = value;
		return true;
	}
	return true;
}

/* 0: go on; else *status is the exit status. */
static int
parse(struct certs *c, char **argv, int *status)
{
	const struct option_use use = {
		tables, ID_HELP, print_help, apply, c,
	};
	int err = options_take(&use, argv);

	*status = err == 1 ? 0 : 1;
	return err;
}

static const struct command *
find_command(const char *word)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, word) == 0)
			return &commands[i];
	log_error("%s: no such command; try \"rspd certs --help\"", word);
	return NULL;
}

static int
run(struct certs *c, const struct command *command)
{
	int lock, code, err;

	lock = certs_lock(c);
	if (lock < 0)
		return 1;
	code = tls_random_start(&c->random);
	err = code == 0 ? command->run(c) : certs_fail("random numbers", code);
	tls_random_free(&c->random);
	close(lock);
	return err < 0;
}

int
certs_main(char **argv)
{
	struct certs c = { .dir = "." };
	const struct command *command;
	int status;

	if (parse(&c, argv, &status) != 0)
		return status;
	if (c.n == 0) {
		log_error("a command is missing; try \"rspd certs --help\"");
		return 1;
	}
	command = find_command(c.args[0]);
	if (command == NULL)
		return 1;
	memmove(c.args, c.args + 1, --c.n * sizeof(c.args[0]));
	if (c.n < command->least) {
		log_error("certs %s: a name is missing", command->name);
		return 1;
	}
	return run(&c, command);
}
