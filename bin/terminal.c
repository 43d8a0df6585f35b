#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bin/terminal.h"

static bool
is_set(const char *variable)
{
	const char *v = getenv(variable);

	return v != NULL && v[0] != '\0';
}

void
spt_terminal_conf(struct spt_egress_conf *conf, int fd)
{
	const char *term = getenv("TERM");
	struct winsize w;

	memset(conf, 0, sizeof *conf);
	conf->fd = fd;
	conf->limit = -1;
	conf->terminal = isatty(fd) != 0;
	if (!conf->terminal)
		return;
	if (ioctl(fd, TIOCGWINSZ, &w) == 0) {
		conf->width = w.ws_col;
		conf->height = w.ws_row;
	}
	/* A terminal that cannot move its cursor has no height: rows only
	 * scroll there. */
	if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
		conf->height = 0;
	else
		conf->color = !is_set("NO_COLOR");
}
