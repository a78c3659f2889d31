#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a job's events until its end, once each: follow_job.py CLIENT.CONF TOPIC-PREFIX GROUP JOB

CLIENT.CONF has a setting of librdkafka per line, as name=value.
"""
import json
import sys

from confluent_kafka import Consumer


def settings(path):
    with open(path, encoding="utf-8") as lines:
        return dict(line.strip().split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def main():
    path, prefix, group, job = sys.argv[1:]
    # The coordinator writes in transactions.
    consumer = Consumer({**settings(path), "group.id": group, "auto.offset.reset": "earliest",
                         "isolation.level": "read_committed"})
    consumer.subscribe([prefix + "events"])
    seen = set()  # after a crash an event may be there again, with the same id
    try:
        while True:
            record = consumer.poll(1)
            if record is None:
                continue
            if record.error():
                sys.exit(str(record.error()))
            event = json.loads(record.value())
            if event["job"] == job and event["id"] not in seen:
                seen.add(event["id"])
                print(event["type"], event["id"], flush=True)
                if event["type"] in ("job.completed", "job.rejected"):
                    return
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
