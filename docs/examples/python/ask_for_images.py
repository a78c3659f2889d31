#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks for images on every worker: ask_for_images.py CLIENT.CONF TOPIC-PREFIX IMAGE...

CLIENT.CONF has a setting of librdkafka per line, as name=value. Prints the job's id when Kafka has it.
"""
import json
import secrets
import sys
import time
import uuid

from confluent_kafka import Producer


def new_job_id():
    """A UUIDv7 (RFC 9562, section 5.7)."""
    value = (int(time.time() * 1000) & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def settings(path):
    with open(path, encoding="utf-8") as lines:
        return dict(line.strip().split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def main():
    path, prefix, *images = sys.argv[1:]
    producer = Producer({**settings(path), "acks": "all", "enable.idempotence": True})
    job = {"id": new_job_id(), "images": images}
    failures = []
    producer.produce(prefix + "jobs", key=job["id"], value=json.dumps(job).encode(),
                     on_delivery=lambda error, _: failures.append(error) if error else None)
    if producer.flush(30) or failures:
        sys.exit(f"Kafka did not take the job: {failures or 'no answer'}")
    print(job["id"])


if __name__ == "__main__":
    main()
