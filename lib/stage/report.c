/*
 * report - what a running stage tells the person who started it.
 */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "stage/loop_run.h"

static void
say(const struct spt_loop_run *s, const char *line)
{
	if (s->l->say != NULL)
		s->l->say(s->l->say_ctx, line);
}

void
spt_loop_say_status(struct spt_loop_run *s)
{
	char own[512] = "", line[1024], wm[SPT_TIME_TEXT] = "none";

	if (s->l->stage->status != NULL)
		s->l->stage->status(s->l->self, own, sizeof own);
	if (s->watermark == SPT_TIME_MAX)
		strcpy(wm, "end");
	else if (s->watermark != SPT_TIME_MIN)
		spt_time_print(wm, s->watermark, NULL);
	snprintf(line, sizeof line,
	    "epoch %lld, %lld rows in, %lld out, watermark %s%s%s",
	    (long long)s->emit.epoch, (long long)s->total_in,
	    (long long)(s->total_out + s->emit.out[0].rows), wm,
	    own[0] != '\0' ? ", " : "", own);
	say(s, line);
}

/* Does a side output of that name keep them? */
static bool
is_kept(const struct spt_loop_run *s, const char *name)
{
	const char *const *sides = s->l->stage->sides;

	for (int k = 1; sides != NULL && sides[k - 1] != NULL; k++)
		if (strcmp(sides[k - 1], name) == 0)
			return s->emit.out[k].port != NULL;
	return false;
}

void
spt_loop_say_losses(struct spt_loop_run *s)
{
	const char *const what[][2] = {
		{ "late", "late (behind the watermark)" },
		{ "null_time", "without an event time" },
		{ "bad", is_kept(s, "bad") ? "bad (kept)" : "bad (skipped)" },
	};
	char line[512];
	size_t n = 0;

	for (size_t k = 0; k < sizeof what / sizeof what[0]; k++)
		for (size_t i = 0; i < s->emit.n_figures; i++) {
			const struct spt_figure *f = &s->emit.figures[i];

			if (strcmp(f->name, what[k][0]) != 0 || f->total == 0)
				continue;
			n += (size_t)snprintf(line + n, sizeof line - n,
			    "%s%lld row%s %s", n != 0 ? ", " : "",
			    (long long)f->total, f->total == 1 ? "" : "s",
			    what[k][1]);
		}
	if (n != 0)
		say(s, line);
}
