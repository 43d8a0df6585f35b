#include <string.h>

#include "base/time.h"
#include "window/windowspec.h"

static int
parse_sizes(struct spt_windowspec *w, char *text, struct spt_err *e)
{
	char *slash = strchr(text, '/');

	if (slash != NULL)
		*slash = '\0';
	if (spt_duration_parse(text, false, &w->size, e) < 0)
		return spt_err_where(e, "-w: size");
	w->slide = w->size;
	if (slash != NULL &&
	    spt_duration_parse(slash + 1, false, &w->slide, e) < 0)
		return spt_err_where(e, "-w: slide");
	return 0;
}

static int
check(const struct spt_windowspec *w, struct spt_err *e)
{
	char size[SPT_DURATION_TEXT], slide[SPT_DURATION_TEXT],
	    offset[SPT_DURATION_TEXT];

	spt_duration_print(size, w->size);
	spt_duration_print(slide, w->slide);
	spt_duration_print(offset, w->offset);
	if (w->size <= 0)
		return spt_fail(e, SPT_EUSAGE,
		    "-w: the size of a window must be more than 0");
	if (w->slide <= 0)
		return spt_fail(
		    e, SPT_EUSAGE, "-w: the slide must be more than 0");
	if (w->slide > w->size)
		return spt_fail(e, SPT_EUSAGE,
		    "-w: the slide %s is longer than the window %s: rows in "
		    "between would be in no window",
		    slide, size);
	if ((w->size - 1) / w->slide >= SPT_WINDOWS_A_ROW)
		return spt_fail(e, SPT_EUSAGE,
		    "-w: with %s/%s a row is in more than %d windows: make "
		    "the slide longer",
		    size, slide, SPT_WINDOWS_A_ROW);
	if (w->offset >= w->slide || w->offset <= -w->slide)
		return spt_fail(e, SPT_EUSAGE,
		    "--offset %s: must be shorter than the slide, %s", offset,
		    slide);
	return 0;
}

/* What stands behind "gap:". */
static int
parse_gap(struct spt_windowspec *w, const char *text, struct spt_err *e)
{
	w->kind = SPT_WINDOW_SESSION;
	if (w->offset != 0)
		return spt_fail(e, SPT_EUSAGE,
		    "--offset moves windows of a size: sessions begin with "
		    "their first row");
	if (text[0] == '@' && text[1] != '\0') {
		w->gap_column = spt_strdup(w->io, text + 1, e);
		return w->gap_column == NULL ? -1 : 0;
	}
	if (spt_duration_parse(text, false, &w->gap, e) < 0)
		return spt_err_where(e, "-w: gap");
	if (w->gap <= 0)
		return spt_fail(
		    e, SPT_EUSAGE, "-w: the gap must be more than 0");
	return 0;
}

int
spt_windowspec_parse(struct spt_windowspec *w, const struct spt_io *io,
    const char *text, int64_t offset, struct spt_err *e)
{
	char *copy;
	int rc;

	memset(w, 0, sizeof *w);
	w->io = io;
	w->offset = offset;
	if (text == NULL) {
		if (offset != 0)
			return spt_fail(e, SPT_EUSAGE,
			    "--offset moves windows: say their size with -w");
		return 0;
	}
	if (strncmp(text, "gap:", 4) == 0)
		return parse_gap(w, text + 4, e);
	copy = spt_strdup(io, text, e);
	if (copy == NULL)
		return -1;
	w->kind = SPT_WINDOW_FIXED;
	rc = parse_sizes(w, copy, e);
	spt_free(io, copy);
	return rc < 0 ? -1 : check(w, e);
}

void
spt_windowspec_fini(struct spt_windowspec *w)
{
	if (w->io != NULL)
		spt_free(w->io, w->gap_column);
	memset(w, 0, sizeof *w);
}
