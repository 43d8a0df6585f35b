/*
 * loop_state - a stage under a checkpoint.
 *
 * The schema message says which checkpoint, which run of it, which epoch to
 * go back to, and what each stage must load for that.  At a barrier the state
 * is durable before the barrier is forwarded, with the stage's head in it: so
 * a barrier that reaches swrite proves that every state of its epoch exists,
 * and nobody has to coordinate.  An epoch that changed nothing writes nothing.
 *
 * Where a side output stands is an entry of the stage's state, under a key
 * that no stage uses: a byte 0, "side", and its number.  So what was put aside
 * and what was counted can never disagree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckpt/sealed.h"
#include "stage/loop_run.h"
#include "stage/stageargs.h"

#define SIDE_KEY 6 /* bytes: 0 s i d e k */

/* The columns that the stage reads: its state is about them. */
static int
put_schemas(struct spt_loop_run *s, struct spt_buf *out, struct spt_err *e)
{
	for (int i = 0; i < s->l->n_in; i++) {
		const struct spt_schema *c = s->feed[i].schema;

		if (i != 0 && spt_buf_puts(out, "; ", e) < 0)
			return -1;
		for (size_t k = 0; k < c->n; k++)
			if (spt_buf_printf(out, e, "%s%s %s",
				k != 0 ? ", " : "", c->fields[k].name,
				spt_type_name(c->fields[k].type)) < 0)
				return -1;
	}
	return 0;
}

/* The text of the stage's arguments. */
static const char *
args_of(const struct spt_loop_run *s)
{
	return s->l->args != NULL ? s->l->args : "{}";
}

/* What a stage keeps says itself what it is of (windows, keys, aggregates, the
 * types of its columns), and load refuses what it cannot go on with.  The rest
 * that matters a stage lists; other changes are welcome. */
static int
accept_change(
    void *ctx, const char *old_args, const char *old_schema, struct spt_err *e)
{
	const struct spt_loop_run *s = ctx;

	(void)old_schema;
	if (spt_stageargs_compare(old_args, args_of(s), s->l->stage->fixed, e) >
	    0)
		return 1;
	return spt_err_where(e, "%s", s->id);
}

static void
warn(void *ctx, const char *line)
{
	const struct spt_loop_run *s = ctx;

	if (s->l->say != NULL)
		s->l->say(s->l->say_ctx, line);
}

static int
get_restore(const struct spt_meta *m, int64_t *epoch, struct spt_err *e)
{
	const char *text = spt_meta_get(m, SPT_KEY_RESTORE);
	char *end;

	*epoch = text != NULL ? strtoll(text, &end, 10) : -2;
	if (text == NULL || end == text || *end != '\0' || *epoch < -1)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the stream does not say from which epoch to go on");
	return 0;
}

/* Is this the key of a side output?  Its number, or 0. */
static int
side_of(const void *key, size_t n)
{
	const uint8_t *p = key;

	if (n != SIDE_KEY || memcmp(p, "\0side", 5) != 0 || p[5] < 1 ||
	    p[5] >= SPT_LOOP_MAX)
		return 0;
	return p[5];
}

static int
join(struct spt_loop_run *s, const struct spt_meta *m, const char *schema,
    struct spt_err *e)
{
	const struct spt_stage *stage = s->l->stage;
	struct spt_member_conf conf = {
		.dir = spt_meta_get(m, SPT_KEY_CHECKPOINT),
		.query = spt_meta_get(m, SPT_KEY_QUERY),
		.run = spt_meta_get(m, SPT_KEY_RUN),
		.heads = spt_meta_get(m, SPT_KEY_HEADS),
		.id = s->id,
		.has_state = stage->save != NULL && stage->load != NULL,
		.may_be_new = stage->finds_again,
		.new_state = s->l->new_state,
		.args = args_of(s),
		.schema = schema,
		.accept = accept_change,
		.warn = warn,
		.ctx = s,
	};

	if (conf.query == NULL || conf.run == NULL)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the stream names a checkpoint but no run of it");
	if (get_restore(m, &conf.restore, e) < 0)
		return -1;
	s->restore = conf.restore;
	s->query = conf.query;
	return spt_member_join(&s->member, s->io, &conf, e);
}

/* ---- state that is loaded ------------------------------------------------ */

static bool
has_sides(const struct spt_loop_run *s)
{
	for (int k = 1; k < SPT_LOOP_MAX; k++)
		if (s->l->out[k] != NULL)
			return true;
	return false;
}

static int
set_side(
    struct spt_loop_run *s, int k, const void *val, size_t n, struct spt_err *e)
{
	s->side[k].len = 0;
	return spt_buf_put(&s->side[k], val, n, e);
}

/* First pass: where side outputs stand; they are opened before the stage is
 * loaded. */
static int
load_sides(void *self, struct spt_state_in *in, struct spt_err *e)
{
	struct spt_loop_run *s = self;
	const void *key, *val;
	size_t n_key, n_val;
	int rc, k;

	while ((rc = in->next(in->ctx, &key, &n_key, &val, &n_val, e)) > 0) {
		k = side_of(key, n_key);
		if (k != 0 && set_side(s, k, val, n_val, e) < 0)
			return -1;
	}
	return rc;
}

struct own {
	struct spt_loop_run *s;
	struct spt_state_in *in;
};

/* What the stage sees: all but the entries of side outputs.  Those that this
 * run does not have are noted, to be removed. */
static int
next_own(void *ctx, const void **key, size_t *n_key, const void **val,
    size_t *n_val, struct spt_err *e)
{
	struct own *o = ctx;

	for (;;) {
		int rc = o->in->next(o->in->ctx, key, n_key, val, n_val, e);
		int k = rc > 0 ? side_of(*key, *n_key) : 0;

		if (k == 0)
			return rc;
		if (o->s->l->out[k] == NULL &&
		    set_side(o->s, k, *val, *n_val, e) < 0)
			return -1;
	}
}

static int
load_own(void *self, struct spt_state_in *in, struct spt_err *e)
{
	struct spt_loop_run *s = self;
	struct own o = { s, in };
	struct spt_state_in own = { .next = next_own, .ctx = &o };

	return s->l->stage->load(s->l->self, &own, e);
}

int
spt_loop_join(struct spt_loop_run *s, struct spt_err *e)
{
	const struct spt_meta *m = &s->feed[0].schema->meta;
	struct spt_buf schema;
	const char *text;
	int rc = -1;

	if (spt_meta_get(m, SPT_KEY_CHECKPOINT) == NULL)
		return 0;
	spt_buf_init(&schema, s->io);
	if (put_schemas(s, &schema, e) == 0 &&
	    (text = spt_buf_str(&schema, e)) != NULL)
		rc = join(s, m, text, e);
	spt_buf_fini(&schema);
	if (rc == 0 && spt_member_has_head(s->member) && has_sides(s))
		rc = spt_member_load(s->member, load_sides, s, e);
	return rc;
}

int
spt_loop_load(struct spt_loop_run *s, struct spt_err *e)
{
	if (s->member == NULL || !spt_member_has_head(s->member))
		return 0;
	if (spt_member_load(s->member, load_own, s, e) < 0)
		return spt_err_where(e, "%s", s->id);
	return 0;
}

/* ---- side outputs -------------------------------------------------------- */

/* The file that holds what side output k recorded before its first commit. */
static void
record_name(char name[16], int k)
{
	snprintf(name, 16, "side-%d", k);
}

static int
stage_folder(struct spt_loop_run *s, struct spt_buf *path, struct spt_err *e)
{
	path->len = 0;
	return spt_buf_printf(
	    path, e, "%s/stages/%s", spt_member_ckpt(s->member)->path, s->id);
}

static int
read_record(struct spt_loop_run *s, int k, struct spt_err *e)
{
	struct spt_buf path;
	const char *file;
	char name[16];
	int rc = -1;

	record_name(name, k);
	spt_buf_init(&path, s->io);
	if (stage_folder(s, &path, e) == 0 &&
	    spt_buf_printf(&path, e, "/%s", name) == 0 &&
	    (file = spt_buf_str(&path, e)) != NULL)
		rc = spt_sealed_read(s->io, file, &s->side[k], e);
	if (rc > 0 && s->side[k].len != 0)
		s->side[k].len--; /* the newline */
	spt_buf_fini(&path);
	return rc < 0 ? -1 : 0;
}

int
spt_loop_side_restore(struct spt_loop *l, int k, const char **uuid,
    int64_t *epoch, const char **position, struct spt_err *e)
{
	struct spt_loop_run *s = l->run;

	if (s->member == NULL)
		return 0;
	*uuid = s->query;
	/* The port goes on from an epoch only if the state has its place. */
	*epoch = s->side[k].len != 0 ? s->restore : -1;
	if (s->side[k].len == 0 && read_record(s, k, e) < 0)
		return -1;
	*position = NULL;
	if (s->side[k].len != 0 &&
	    (*position = spt_buf_str(&s->side[k], e)) == NULL)
		return -1;
	return 1;
}

int
spt_loop_side_record(
    struct spt_loop *l, int k, const char *position, struct spt_err *e)
{
	struct spt_loop_run *s = l->run;
	struct spt_buf path, text;
	const char *folder, *line;
	char name[16];
	int rc = -1;

	record_name(name, k);
	spt_buf_init(&path, s->io);
	spt_buf_init(&text, s->io);
	if (stage_folder(s, &path, e) == 0 &&
	    (folder = spt_buf_str(&path, e)) != NULL &&
	    spt_buf_printf(&text, e, "%s\n", position) == 0 &&
	    (line = spt_buf_str(&text, e)) != NULL)
		rc = spt_sealed_write(s->io, folder, name, line, e);
	spt_buf_fini(&text);
	spt_buf_fini(&path);
	return rc;
}

int
spt_loop_side_commit(
    struct spt_loop *l, int k, const char *position, struct spt_err *e)
{
	struct spt_buf *b = &l->run->side[k];

	b->len = 0;
	return spt_buf_put(b, position, strlen(position), e);
}

static int
save_all(void *self, struct spt_state_out *out, bool delta, struct spt_err *e)
{
	struct spt_loop_run *s = self;

	for (int k = 1; k < SPT_LOOP_MAX; k++) {
		char key[SIDE_KEY] = { 0, 's', 'i', 'd', 'e', (char)k };
		struct spt_buf *b = &s->side[k];
		int rc = 0;

		if (b->len != 0 && s->l->out[k] != NULL)
			rc = out->put(
			    out->ctx, key, SIDE_KEY, b->data, b->len, e);
		else if (b->len != 0)
			rc = out->remove(out->ctx, key, SIDE_KEY, e);
		if (rc < 0)
			return -1;
		if (s->l->out[k] == NULL)
			b->len = 0;
	}
	return s->l->stage->save(s->l->self, out, delta, e);
}

/* ---- heads --------------------------------------------------------------- */

static int
set_heads(struct spt_control *barrier, struct spt_buf *text, struct spt_err *e)
{
	const char *heads = spt_buf_str(text, e);

	if (heads == NULL)
		return -1;
	return spt_meta_set(&barrier->extra, SPT_KEY_HEADS, heads, e);
}

int
spt_loop_save(struct spt_loop_run *s, struct spt_control *barrier, bool changed,
    struct spt_err *e)
{
	const struct spt_stage *stage = s->l->stage;
	struct spt_buf text;
	int rc;

	if (s->member == NULL)
		return 0;
	if (stage->save != NULL && changed &&
	    spt_member_save(s->member, barrier->epoch, save_all, s, e) < 0)
		return -1;
	spt_buf_init(&text, s->io);
	rc = spt_heads_set(&text, spt_meta_get(&barrier->extra, SPT_KEY_HEADS),
	    s->id, spt_member_head(s->member), e);
	if (rc == 0)
		rc = set_heads(barrier, &text, e);
	spt_buf_fini(&text);
	return rc;
}

int
spt_loop_settle(struct spt_loop_run *s, int64_t epoch, struct spt_err *e)
{
	if (s->member == NULL || s->l->stage->save == NULL ||
	    !spt_member_settles(s->member))
		return 0;
	/* Whoever waits for the barrier need not wait for this. */
	if (spt_emit_flush(&s->emit, e) < 0)
		return -1;
	return spt_member_settle(s->member, epoch, save_all, s, e);
}

int
spt_loop_merge_heads(struct spt_control *barrier,
    const struct spt_control *other, struct spt_err *e)
{
	const char *heads = spt_meta_get(&other->extra, SPT_KEY_HEADS);
	const char *own = spt_meta_get(&barrier->extra, SPT_KEY_HEADS);
	struct spt_buf text;
	int rc;

	if (heads == NULL)
		return 0;
	spt_buf_init(&text, barrier->extra.io);
	rc = spt_heads_merge(&text, own != NULL ? own : "", heads, e);
	if (rc == 0)
		rc = set_heads(barrier, &text, e);
	spt_buf_fini(&text);
	return rc;
}
