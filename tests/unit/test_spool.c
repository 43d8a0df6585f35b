#include "base/hash.h"
#include "ckpt/spooldir.h"
#include "ckpt_crashes.h"

static struct spt_err err;

/* The input: byte p of it is this. */
static uint8_t
byte_at(uint64_t p)
{
	return (uint8_t)(spt_hash_int(7, p / 3) >> (p % 5));
}

static void
fill(uint8_t *to, uint64_t from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = byte_at(from + i);
}

static const struct spt_spool_at nowhere;

/* Reads from a position on.  Bytes read that are input from byte `input` on,
 * or -1: refused. */
static int64_t
read_from(const struct spt_spool *s, struct spt_spool_at from, uint64_t input)
{
	struct spt_spool_reader *r;
	struct spt_spool_at at, before = from;
	const void *p;
	size_t n;
	int64_t all = 0;
	int rc;

	if (spt_spool_reader_open(&r, s, from, &err) < 0)
		return -1;
	while ((rc = spt_spool_reader_next(r, &p, &n, &at, &err)) > 0) {
		CHECK(n > 0);
		CHECK(at.segment > before.segment ||
		      (at.segment == before.segment && at.byte >= before.byte));
		before = at;
		for (size_t i = 0; i < n; i++)
			if (((const uint8_t *)p)[i] !=
			    byte_at(input + (uint64_t)all + i)) {
				CHECK(!"spooled bytes are the input's");
				break;
			}
		all += (int64_t)n;
	}
	spt_spool_reader_close(r);
	return rc < 0 ? -1 : all;
}

/* The world outside: what epochs have logged. */
struct world {
	struct spt_spool_at need;
	uint64_t input;      /* byte of the input there */
	uint64_t logged[40]; /* input and position of each epoch's end */
	struct spt_spool_at at[40];
	int n;
};

/* A run: takes what was spooled and not logged as its first input, then goes
 * on reading; three puts an epoch. */
static int
one_run(struct simfs *fs, struct world *w, int target)
{
	struct spt_spool *s = NULL;
	struct spt_ckpt c;
	uint8_t p[700];
	uint64_t input;
	int64_t tail;
	int rc = -1;

	if (spt_ckpt_open(&c, simfs_io(fs), DIR, NULL, &err) < 0 ||
	    spt_spool_open(&s, &c, "stdin", w->need, &err) < 0)
		goto done;
	s->large = 1500;
	/* All that was logged is there, and what follows is the input. */
	for (int k = 0; k < w->n; k++) {
		tail = read_from(s, w->at[k], w->logged[k]);
		if (tail < 0)
			goto done;
		CHECK(w->logged[k] + (uint64_t)tail >= w->input);
	}
	tail = read_from(s, nowhere, 0);
	if (tail < 0)
		goto done;
	CHECK((uint64_t)tail >= w->input);
	input = (uint64_t)tail;
	/* The tail is an epoch of its own. */
	if (input > w->input) {
		w->need = spt_spool_at(s);
		w->input = input;
		w->logged[w->n] = input;
		w->at[w->n++] = w->need;
	}
	while (w->n < target) {
		for (int k = 0; k < 3; k++) {
			size_t n = 100 + (size_t)(input % 601);

			fill(p, input, n);
			if (spt_spool_put(s, p, n, &err) < 0)
				goto done;
			input += n;
		}
		if (spt_spool_sync(s, &err) < 0)
			goto done;
		w->need = spt_spool_at(s);
		w->input = input;
		w->logged[w->n] = input;
		w->at[w->n++] = w->need;
	}
	rc = 0;
done:
	spt_spool_close(s);
	spt_ckpt_fini(&c);
	return rc;
}

static void
test_life(void)
{
	struct simfs *fs = new_checkpoint();
	struct world w = { 0 };
	struct spt_spool *s;
	struct spt_ckpt c;
	uint8_t *big = malloc(3000000);
	int segments = 0;

	for (int k = 1; k <= 8; k++) {
		if (one_run(fs, &w, 4 * k) < 0) {
			printf("%s\n", err.msg);
			CHECK(!"a run goes well");
		}
		simfs_restart(fs, SIMFS_DROP, (uint64_t)k);
	}
	CHECK_INT(w.n, 32);
	CHECK_INT(simfs_plan(fs)->held, 0);
	/* Dropped up to a position, the rest is still there. */
	CHECK(spt_ckpt_open(&c, simfs_io(fs), DIR, NULL, fresh(&err)) == 0);
	CHECK(spt_spool_open(&s, &c, "stdin", w.need, &err) == 0);
	CHECK(spt_spool_drop(s, w.at[20], &err) == 0);
	CHECK(read_from(s, w.at[20], w.logged[20]) ==
	      (int64_t)(w.input - w.logged[20]));
	CHECK(read_from(s, w.at[2], w.logged[2]) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "missing"));
	/* All of it: numbers go on where they were. */
	CHECK(spt_spool_drop(s, spt_spool_at(s), &err) == 0);
	spt_spool_close(s);
	CHECK(spt_spool_open(&s, &c, "stdin", w.need, fresh(&err)) == 0);
	CHECK(spt_spool_at(s).segment >= w.need.segment);
	/* Another input does not meet this one. */
	spt_spool_close(s);
	CHECK(spt_spool_open(&s, &c, "std", nowhere, fresh(&err)) == 0);
	CHECK_INT(read_from(s, nowhere, 0), 0);
	fill(big, 0, 3000000);
	CHECK(spt_spool_put(s, big, 3000000, &err) == 0);
	CHECK(spt_spool_sync(s, &err) == 0 && spt_spool_sync(s, &err) == 0);
	spt_spool_close(s);
	CHECK(spt_spool_open(&s, &c, "std", nowhere, fresh(&err)) == 0);
	CHECK_INT(read_from(s, nowhere, 0), 3000000);
	spt_spool_close(s);
	for (size_t k = 0; simfs_file(fs, k) != NULL; k++)
		segments += strstr(simfs_file(fs, k), "spool/stdin-") != NULL;
	CHECK_INT(segments, 0);
	free(big);
	spt_ckpt_fini(&c);
	CHECK_INT(simfs_plan(fs)->held, 0);
	CHECK_INT(simfs_open_files(fs), 0);
	simfs_free(fs);
}

static int
run_work(struct simfs *fs, void *promised, int64_t target)
{
	return one_run(fs, promised, (int)target);
}

static void
test_crashes(void)
{
	static const struct world nothing;
	static const struct crash_work work = { .run = run_work,
		.err = &err,
		.nothing = &nothing,
		.size = sizeof nothing,
		.target = { 5, 8, 12 },
		.early = 17,
		.whole = true,
		.states = 300 };

	crash_everywhere(&work);
	fail_everywhere(&work, 20);
}

/* Flipped, cut or taken away: refused by name, or only what was never logged
 * is lost. */
static void
test_damage(void)
{
	struct simfs *fs = new_checkpoint();
	struct world w = { 0 };
	char path[200];
	int refused = 0, files = 0, kept = 0;

	CHECK(one_run(fs, &w, 3) == 0);
	simfs_restart(fs, SIMFS_DROP, 1);
	CHECK(one_run(fs, &w, 5) == 0);
	simfs_restart(fs, SIMFS_DROP, 1);
	for (size_t k = 0; simfs_file(fs, k) != NULL; k++) {
		const uint8_t *p;
		uint8_t *copy;
		size_t size;

		snprintf(path, sizeof path, "%s", simfs_file(fs, k));
		if (strstr(path, "/spool/") == NULL)
			continue;
		files++;
		p = simfs_get(fs, path, &size);
		copy = malloc(size + 1);
		memcpy(copy, p, size);
		for (size_t i = 0; i <= 2 * size; i++) {
			struct simfs *hurt = simfs_clone(fs);
			struct world v = w;

			if (i == 2 * size) {
				simfs_remove(hurt, path);
			} else if (i >= size) {
				simfs_set(hurt, path, copy, i - size);
			} else {
				copy[i] ^= (uint8_t)(1 << i % 8);
				simfs_set(hurt, path, copy, size);
				copy[i] ^= (uint8_t)(1 << i % 8);
			}
			if (one_run(hurt, &v, 6) < 0) {
				refused++;
				CHECK(err.kind == SPT_ECHECKPOINT &&
				      strstr(err.msg, "spool/stdin-") != NULL);
			} else {
				kept++;
			}
			spt_err_clear(&err);
			simfs_free(hurt);
		}
		free(copy);
	}
	CHECK(files >= 3 && refused > 5000);
	printf("damage: %d files, %d refused, %d harmless\n", files, refused,
	    kept);
	simfs_free(fs);
}

int
main(void)
{
	test_life();
	test_crashes();
	test_damage();
	return DONE;
}
