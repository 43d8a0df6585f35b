"""scores - an Arrow stream scored by Python's libraries on one thread.

usage: scores.py KIND MODEL FILE.arrows [--csv]

KIND is xgboost or lightgbm, whose MODEL is their own file, or linear,
logistic or kmeans: scikit-learn, given the numbers of a model that sscore
learned.  The stream goes to standard output with the new columns behind, or
(--csv) as lines of n and those.  The CPU seconds of prediction alone are told
on standard error.
"""
import csv
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np		# noqa: E402
import pyarrow as pa		# noqa: E402
import pyarrow.ipc		# noqa: E402


def learned(path):
    """Names of features, and parts with arrays."""
    with open(path, encoding="utf-8") as f:
        model = json.load(f)
    parts = {k: np.array(v) for k, v in model["parts"].items()}
    return model["features"], parts


def linear(path):
    from sklearn.linear_model import LinearRegression
    names, parts = learned(path)
    model = LinearRegression()
    *model.coef_, model.intercept_ = parts["weights"]
    model.coef_ = np.array(model.coef_)
    return names, lambda x: {"prediction": model.predict(x)}


def logistic(path):
    from sklearn.linear_model import LogisticRegression
    names, parts = learned(path)
    model = LogisticRegression()
    model.classes_ = np.array([0, 1])
    model.coef_ = parts["weights"][None, :-1]
    model.intercept_ = parts["weights"][-1:]

    def predict(x):
        p = model.predict_proba(x)
        return {"prediction": model.classes_[p.argmax(1)], "p0": p[:, 0],
                "p1": p[:, 1]}
    return names, predict


def kmeans(path):
    from sklearn.cluster import KMeans
    names, parts = learned(path)
    centers = parts["centers"].reshape(-1, len(names))
    model = KMeans(len(centers), init=centers, n_init=1, max_iter=1)
    model.fit(centers)
    model.cluster_centers_ = centers
    return names, lambda x: {"prediction": model.predict(x)}


def xgboost(path):
    from xgboost import Booster
    model = Booster({"nthread": 1}, model_file=path)
    return model.feature_names, lambda x: {
        "prediction": model.inplace_predict(x).astype(float)}


def lightgbm(path):
    from lightgbm import Booster
    model = Booster(model_file=path)
    return model.feature_name(), lambda x: {
        "prediction": model.predict(x, num_threads=1)}


KINDS = {f.__name__: f for f in (linear, logistic, kmeans, xgboost, lightgbm)}


def main(kind, path, data, *how):
    pa.set_cpu_count(1)
    names, predict = KINDS[kind](path)
    rows = pyarrow.ipc.open_stream(data).read_all()
    x = np.stack([rows.column(name).to_numpy() for name in names], axis=1)
    begin = time.process_time()
    new = predict(x)
    print("part prediction alone %.6f" % (time.process_time() - begin),
          file=sys.stderr)
    if how:
        rows = rows.select(["n"])
    for name, values in new.items():
        rows = rows.append_column(name, pa.array(values))
    if how:
        columns = (c.to_pylist() for c in rows.columns)
        csv.writer(sys.stdout).writerows(zip(*columns))
    else:
        with pyarrow.ipc.new_stream(sys.stdout.buffer, rows.schema) as out:
            out.write_table(rows)


main(*sys.argv[1:])
