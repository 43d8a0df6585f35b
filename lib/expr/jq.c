/*
 * jq - the program is compiled behind a prelude, which redefines every
 * builtin that reaches out of the row.
 *
 * A definition that nothing uses is dropped by the compiler before its names
 * are looked up.  So a builtin is taken away by redefining it as a name that
 * does not exist, with a prefix that we know: whoever uses it gets a compile
 * error, which we put into better words; whoever does not never notices.
 *
 * `now` changes from epoch to epoch without a new compilation: it is
 * redefined as `input`, and the input callback gives the time.  $ENV is the
 * one thing that is no function: it is bound to {}.
 *
 * error(null) ends the results of libjq 1.6 without a trace, which would lose
 * rows in silence; it is redefined to raise a text.
 */
#include <ctype.h>
#include <string.h>

#include "expr/jq.h"

#define NONE "_spate_has_no_"

/* What is taken away, with parameters where it has some. */
static const char *const hidden[] = {
	"input",
	"inputs",
	"input_filename",
	"input_line_number",
	"env",
	"debug",
	"stderr",
	"halt",
	"halt_error",
	"halt_error(f)",
	"modulemeta",
	"get_search_list",
	"get_jq_origin",
	"get_prog_origin",
	"localtime",
	"strflocaltime(f)",
};

/*
 * libjq makes whole numbers of 64 bits of what is divided, the least of them
 * where there is no room, and dies of SIGFPE when that is divided by -1.
 */
static const char replaced[] =
    "def _spate_raise: error; "
    "def error: (if . == null then \"null\" else . end)|_spate_raise; "
    "def error(f): f|error; "
    "def _spate_mod($x; $y): $x % $y; "
    "def _mod(x; y): y as $y | x as $x | "
    "if ($y|type) == \"number\" and ($x|type) == \"number\" and $y > -2 and "
    "$y <= -1 and ($x > -9223372036854775808 and $x < 9223372036854775808|not) "
    "then 0 else _spate_mod($x; $y) end; ";

/* ---- compiling --------------------------------------------------------- */

static void
cut(char *text, const char *at)
{
	char *p = strstr(text, at);

	if (p != NULL)
		*p = '\0';
}

/* The bare name behind NONE in text, in name. */
static void
take_name(char *name, size_t size, const char *text)
{
	size_t n = 0;

	while (n + 1 < size &&
	       (isalnum((unsigned char)text[n]) || text[n] == '_')) {
		name[n] = text[n];
		n++;
	}
	name[n] = '\0';
}

/* libjq says "jq: error: WHAT (Unix shell quoting issues?) at <top-level>,
 * line N:\nthe text of the line, prelude included". */
static void
explain(char *text, struct spt_err *e)
{
	static const char prefix[] = "jq: error: ";
	char *what = text, *none, *place, name[64];
	int line = 0;

	if (strncmp(what, prefix, strlen(prefix)) == 0)
		what += strlen(prefix);
	place = strstr(what, " at <top-level>, line ");
	if (place != NULL) {
		sscanf(place, " at <top-level>, line %d", &line);
		*place = '\0';
	}
	cut(what, "\n");
	cut(what, " (Unix shell quoting issues?)");
	none = strstr(what, NONE);
	if (none != NULL) {
		take_name(name, sizeof name, none + strlen(NONE));
		spt_fail(e, SPT_EUSAGE,
		    strstr(name, "local") != NULL
			? "expression: %s is not available: times are UTC "
			  "(gmtime, strftime)"
			: "expression: %s is not available: a program sees "
			  "its row and now, nothing else",
		    name);
	} else if (line > 1) {
		spt_fail(e, SPT_EUSAGE, "expression: line %d: %s", line, what);
	} else {
		spt_fail(e, SPT_EUSAGE, "expression: %s", what);
	}
}

/* Keeps the first message; the others follow from it. */
static void
on_message(void *ctx, jv msg)
{
	struct spt_jq *jq = ctx;

	msg = jq_format_error(msg);
	if (jq->message.len == 0 &&
	    spt_buf_put(&jq->message, jv_string_value(msg),
		(size_t)jv_string_length_bytes(jv_copy(msg)),
		&jq->failed) == 0 &&
	    spt_buf_putc(&jq->message, '\0', &jq->failed) < 0)
		jq->message.len = 0;
	jv_free(msg);
}

static jv
give_now(jq_state *state, void *ctx)
{
	struct spt_jq *jq = ctx;

	(void)state;
	return jv_number(jq->now);
}

/* Behind blanks and comments. */
static const char *
first_word(const char *p)
{
	for (;;) {
		p += strspn(p, " \t\r\n");
		if (*p != '#')
			return p;
		p += strcspn(p, "\n");
	}
}

/* What would only be a syntax error behind the prelude. */
static int
check_start(const char *program, struct spt_err *e)
{
	static const char *const words[] = { "import", "include", "module" };
	const char *p = first_word(program);

	if (*p == '\0')
		return spt_fail(e, SPT_EUSAGE,
		    "the expression is empty (. passes every row on)");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);

		if (strncmp(p, words[i], n) == 0 &&
		    !isalnum((unsigned char)p[n]) && p[n] != '_')
			return spt_fail(e, SPT_EUSAGE,
			    "expression: %s is not available: a program "
			    "cannot load other files",
			    words[i]);
	}
	return 0;
}

/* All on one line, so that the lines in messages are those of the program. */
static int
put_program(struct spt_buf *text, const char *program, struct spt_err *e)
{
	if (spt_buf_puts(text, "{} as $ENV|def now: input;", e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		if (spt_buf_printf(text, e, "def %s: " NONE "%.*s;", hidden[i],
			(int)strcspn(hidden[i], "("), hidden[i]) < 0)
			return -1;
	if (spt_buf_puts(text, replaced, e) < 0)
		return -1;
	return spt_buf_puts(text, program, e);
}

int
spt_jq_init(struct spt_jq *jq, const struct spt_io *io, const char *program,
    void (*nomem)(void *), struct spt_err *e)
{
	struct spt_buf text;
	const char *s;
	int ok = 0;

	memset(jq, 0, sizeof *jq);
	jq->io = io;
	spt_buf_init(&jq->message, io);
	if (check_start(program, e) < 0)
		return -1;
	spt_buf_init(&text, io);
	s = put_program(&text, program, e) < 0 ? NULL : spt_buf_str(&text, e);
	if (s == NULL)
		goto done;
	jq->state = jq_init();
	if (jq->state == NULL) {
		spt_fail(e, SPT_ESYSTEM, "cannot start libjq");
		goto done;
	}
	if (nomem != NULL)
		jq_set_nomem_handler(jq->state, nomem, NULL);
	jq_set_error_cb(jq->state, on_message, jq);
	jq_set_input_cb(jq->state, give_now, jq);
	jq_set_attr(jq->state, jv_string("JQ_LIBRARY_PATH"), jv_array());
	ok = jq_compile(jq->state, s);
	if (!ok && jq->message.len != 0)
		explain((char *)jq->message.data, e);
	else if (!ok)
		spt_fail(e, SPT_EUSAGE, "expression: libjq refuses it");
done:
	spt_buf_fini(&text);
	spt_buf_fini(&jq->message);
	if (!ok)
		spt_jq_fini(jq);
	return ok ? 0 : -1;
}

void
spt_jq_fini(struct spt_jq *jq)
{
	if (jq->state != NULL)
		jq_teardown(&jq->state);
	spt_buf_fini(&jq->message);
}

/* ---- running ----------------------------------------------------------- */

void
spt_jq_time(struct spt_jq *jq, spt_time now)
{
	jq->now = (double)now / 1e6;
}

void
spt_jq_start(struct spt_jq *jq, jv value)
{
	jq_start(jq->state, value, 0);
}

int
spt_jq_next(struct spt_jq *jq, jv *result, struct spt_err *e)
{
	jv v = jq_next(jq->state), msg;

	if (jv_is_valid(v)) {
		*result = v;
		return 1;
	}
	if (!jv_invalid_has_msg(jv_copy(v))) {
		jv_free(v);
		return 0;
	}
	msg = jv_invalid_get_msg(v);
	if (jv_get_kind(msg) != JV_KIND_STRING)
		msg = jv_dump_string(msg, 0);
	spt_fail(e, SPT_EDATA, "%s", jv_string_value(msg));
	jv_free(msg);
	return -1;
}
