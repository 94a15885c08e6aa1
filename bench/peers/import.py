"""The peer of the import bench: a plain script that loads a CSV or a Discord export into the workspace's own tables.

Usage: import.py csv|discord_json FILE DATABASE
Prints rows, seconds and peak memory as JSON.
"""

import csv
import glob
import hashlib
import json
import os
import re
import resource
import sqlite3
import sys
import time
from datetime import datetime

BATCH = 4000


def csv_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            yield number, row["id"], row["channel"], row["author"], row["date"].replace("Z", "+00:00"), row["text"]


def discord_rows(path):
    with open(path, encoding="utf-8") as file:
        export = json.load(file)
    channel = export["channel"]["id"]
    for number, message in enumerate(export["messages"], 1):
        yield number, message["id"], channel, message["author"]["id"], message["timestamp"], message["content"]


def make_tables(db):
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "migrations")
    for path in sorted(glob.glob(os.path.join(folder, "*.sql"))):
        with open(path, encoding="utf-8") as file:
            sql = file.read()
        if sqlite3.sqlite_version_info < (3, 42):
            sql = re.sub(r"INSERT INTO \w+ \(\w+, rank\) VALUES \('secure-delete', 1\);", "", sql)
        db.executescript(sql)


class Loader:
    def __init__(self, db):
        self.db = db
        self.channels = {}
        self.authors = {}
        self.next_id = 1

    def channel(self, name):
        if name not in self.channels:
            cursor = self.db.execute("INSERT INTO channels (platform, platform_id, name) VALUES ('x', ?, ?)", (name, name))
            self.channels[name] = cursor.lastrowid
        return self.channels[name]

    def author(self, name):
        if name not in self.authors:
            key = hashlib.sha256(name.encode()).digest()[:16]
            cursor = self.db.execute(
                "INSERT INTO authors (key, platform, pseudonym, bot) VALUES (?, 'x', ?, 0)", (key, key.hex())
            )
            self.authors[name] = cursor.lastrowid
        return self.authors[name]

    def write(self, rows):
        first = self.next_id
        values = []
        for number, id, channel, author, date, text in rows:
            identity = hashlib.sha256(f"x {len(channel)} {channel}{id}".encode()).digest()
            ms = int(datetime.fromisoformat(date).timestamp() * 1000)
            values.append(
                (self.next_id, identity, self.channel(channel), "=" + id, self.author(author), ms, text, number)
            )
            self.next_id += 1
        self.db.executemany(
            "INSERT INTO items (id, identity, channel, key, author, time, kind, flags, text, version, language,"
            " content_hash, source, row, raw, seen_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, 1, '', 0, 1, ?, 0, 0)",
            values,
        )
        self.db.execute("INSERT INTO item_text (rowid, text) SELECT id, text FROM items WHERE id >= ?", (first,))
        self.db.commit()


def main():
    format, path, target = sys.argv[1:4]
    started = time.perf_counter()
    db = sqlite3.connect(target)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -65536")
    make_tables(db)
    db.execute(
        "INSERT INTO sources (id, path, member, format, sha256, size, exported_at, importer_version, imported_at, status)"
        " VALUES (1, ?, '', ?, x'00', 0, 0, 0, 0, 'reading')",
        (path, format),
    )
    loader = Loader(db)
    count = 0
    batch = []
    for row in (csv_rows if format == "csv" else discord_rows)(path):
        batch.append(row)
        count += 1
        if len(batch) == BATCH:
            loader.write(batch)
            batch = []
    loader.write(batch)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": count, "seconds": seconds, "megabytes": megabytes}))


main()
