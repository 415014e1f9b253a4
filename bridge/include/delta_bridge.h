/* SPDX-License-Identifier: Apache-2.0
 *
 * delta_bridge.h - Delta Kernel as blocking C functions, for tables on a local file system.
 *
 * Engine and snapshot are immutable and may be used by several threads at once. A call never unwinds
 * into the caller: a panic comes back as DB_INTERNAL. Strings in are NUL-terminated UTF-8 and borrowed
 * for the call; strings out belong to the caller (db_string_free). Callbacks must not throw. */
#ifndef DELTA_BRIDGE_H
#define DELTA_BRIDGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct db_engine db_engine;
typedef struct db_snapshot db_snapshot;

typedef enum {
  DB_OK = 0,
  DB_NOT_FOUND = 1,   /* no table, no such version */
  DB_EXISTS = 2,
  DB_UNSUPPORTED = 3, /* a protocol feature that the kernel refuses */
  DB_INVALID = 4,     /* the caller's input is wrong */
  DB_IO = 5,          /* storage failed */
  DB_CORRUPT = 6,     /* the log cannot be read, or has a gap */
  DB_INTERNAL = 7,    /* a bug */
  DB_NO_SPACE = 8,    /* disk full or quota reached; nothing was written */
  DB_PERMISSION = 9   /* not allowed, or a read-only file system */
} db_code;

typedef struct { int32_t code; char* message; } db_error; /* message: db_string_free */
typedef struct { const char* key; const char* value; } db_kv; /* value NULL = null, where allowed */
typedef struct { const char* data; size_t len; } db_text; /* not NUL-terminated; data NULL = null */

void db_string_free(char*);

/* ---- engine: one per table; the directory must exist. All writes are fsynced. */
int32_t db_engine_open(const char* table_path, db_engine** out, db_error*);
void db_engine_free(db_engine*);

/* ---- snapshots */
int32_t db_snapshot_load(const db_engine*, int64_t version /* -1 = latest */, db_snapshot** out, db_error*);
int32_t db_snapshot_refresh(const db_engine*, const db_snapshot* base, db_snapshot** out, db_error*);
/* `newest`, its log reaching back no further than the checkpoint that `maintained` has. No I/O. */
int32_t db_snapshot_adopt(const db_engine*, const db_snapshot* newest, const db_snapshot* maintained, db_snapshot** out,
                          db_error*);
void db_snapshot_free(db_snapshot*);
uint64_t db_snapshot_version(const db_snapshot*);
/* JSON: version, id, schema (a string of JSON), partitionColumns, configuration, minReaderVersion,
 * minWriterVersion, readerFeatures, writerFeatures, substituted (the kernel works with a reduced protocol in
 * memory: no checksum can be written), refused (why it cannot be written, or null),
 * checkpointVersion, checksumAtVersion (whether db_app_version is O(1)). */
int32_t db_snapshot_info(const db_snapshot*, char** json, db_error*);
/* *found = false: no txn action of that application, or it has expired. */
int32_t db_app_version(const db_engine*, const db_snapshot*, const char* app_id, int64_t* version, bool* found, db_error*);

/* ---- commit: always the operation STREAMING UPDATE */
typedef struct {
  const char* path; /* relative to the table root, URI-encoded as it goes into the log */
  const db_kv* partition_values; /* one per partition column */
  size_t n_partition_values;
  int64_t size;
  int64_t modification_time_ms;
  const char* stats_json; /* Delta's statistics, or NULL */
} db_add;

/* A column, or a field of a struct in a column, to be added in the same version. `parent`: the names that
 * lead from the table to the struct that receives it, "element", "key" and "value" into an ARRAY or MAP. */
typedef struct {
  const char* const* parent; size_t n_parent; /* none: the table itself */
  const char* field_json; /* Spark's JSON of a StructField, nullable */
} db_new_column;

typedef struct {
  const char* txn_id;          /* commitInfo.txnId: tells our own commit from others' */
  const char* engine_info;
  const char* isolation_level; /* or NULL */
  bool blind_append;
  const db_kv* operation_parameters; size_t n_operation_parameters;
  const db_kv* operation_metrics;    size_t n_operation_metrics;
  const char* app_id;          /* of the txn action */
  int64_t app_version;
  const db_add* adds;          size_t n_adds;
  const db_new_column* new_columns; size_t n_new_columns;
} db_commit_spec;

typedef enum {
  DB_COMMITTED = 0,
  DB_CONFLICT = 1, /* somebody else owns `version`: read it with db_read_commit, refresh, decide, try again */
  DB_UNKNOWN = 2   /* storage would not say: refresh and look for the txn */
} db_outcome;

typedef struct {
  int32_t outcome;
  uint64_t version;   /* the committed or lost version */
  db_snapshot* after; /* DB_COMMITTED: the snapshot at `version`, or NULL: refresh */
} db_commit_result;

/* Columns whose statistics a commit that adds those columns has to bring, by the table's properties and
 * clustering: JSON, an array of paths, each an array of names that ends at a leaf (an ARRAY or MAP is one). */
int32_t db_stats_columns(const db_engine*, const db_snapshot* base, const db_new_column*, size_t n, char** json, db_error*);
/* After DB_NO_SPACE and DB_PERMISSION nothing has landed; after any other error look for the txn. */
int32_t db_commit(const db_engine*, const db_snapshot* base, const db_commit_spec*, db_commit_result*, db_error*);
/* The text of one version, newline-delimited JSON. */
int32_t db_read_commit(const db_engine*, uint64_t version, char** ndjson, db_error*);
/* Put-if-absent of a commit that the caller wrote itself. */
int32_t db_put_commit(const db_engine*, uint64_t version, const char* ndjson, size_t len, int32_t* outcome, db_error*);

/* ---- files */
typedef struct {
  db_text path; /* as in the log: URI-encoded */
  db_text stats_json;
  int64_t size;
  int64_t modification_time_ms;
  int64_t deleted_rows; /* rows that a deletion vector hides */
  size_t n_partition_values;
  const db_text* partition_keys;
  const db_text* partition_values;
} db_file;
typedef void (*db_file_cb)(void* context, const db_file*);
int32_t db_files(const db_engine*, const db_snapshot*, db_file_cb, void* context, db_error*);

/* ---- maintenance; `after` is the snapshot that knows of what was written */
int32_t db_checkpoint(const db_engine*, const db_snapshot*, db_snapshot** after, db_error*);
int32_t db_checksum(const db_engine*, const db_snapshot*, db_snapshot** after, db_error*);
/* Objects under a prefix relative to the table root, in any order. */
typedef void (*db_object_cb)(void* context, const char* path, size_t len, int64_t size, int64_t modification_time_ms);
int32_t db_list(const db_engine*, const char* prefix, db_object_cb, void* context, db_error*);
/* An absent object is no error. */
int32_t db_delete(const db_engine*, const char* path, db_error*);

#ifdef __cplusplus
}
#endif
#endif
