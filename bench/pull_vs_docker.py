#!/usr/bin/env python3
"""Wall time of a pull through Pullcast beside `docker pull` of the same image.

    bench/pull_vs_docker.py --gateway http://127.0.0.1:8080 --docker-host unix:///… --image HOST/demo/data:1 [--pairs 20]

Pullcast's time is from the POST of the job to the terminal event read from the job's SSE stream; docker's is that of the
command. The image is removed before every pull, and the order within a pair alternates. Prints the median of the
paired ratios with its quartiles, and both medians. Standard library only.
"""
import argparse, http.client, json, os, statistics, subprocess, sys, time, urllib.parse

parser = argparse.ArgumentParser()
parser.add_argument("--gateway", default="http://127.0.0.1:8080")
parser.add_argument("--docker-host", default=os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
parser.add_argument("--image", required=True)
parser.add_argument("--pairs", type=int, default=20)
parser.add_argument("--warmup", type=int, default=3)
args = parser.parse_args()
gateway = urllib.parse.urlsplit(args.gateway)


def docker(*words):
    return subprocess.run(["docker", "--host", args.docker_host, *words], check=True, stdout=subprocess.DEVNULL)


def remove():
    subprocess.run(["docker", "--host", args.docker_host, "image", "rm", "--force", args.image],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_docker():
    start = time.perf_counter()
    docker("pull", "--quiet", args.image)
    return time.perf_counter() - start


def by_pullcast():
    start = time.perf_counter()
    post = http.client.HTTPConnection(gateway.hostname, gateway.port, timeout=120)
    post.request("POST", "/v1/pulls", json.dumps({"images": [args.image]}), {"Content-Type": "application/json"})
    answer = post.getresponse()
    body = answer.read()
    if answer.status != 202:
        sys.exit(f"POST answered {answer.status}: {body.decode()}")
    stream = http.client.HTTPConnection(gateway.hostname, gateway.port, timeout=120)
    stream.request("GET", answer.headers["Location"] + "/events", headers={"Accept": "text/event-stream"})
    event = None
    for line in stream.getresponse():
        text = line.decode().rstrip("\n")
        if text.startswith("event:"):
            event = text[6:].strip()
        elif event == "pull.succeeded" and text == "":
            elapsed = time.perf_counter() - start
            stream.close()
            return elapsed
        elif event == "snapshot" and text.startswith("data:") and '"state":"succeeded"' in text:
            elapsed = time.perf_counter() - start
            stream.close()
            return elapsed
        elif event == "pull.failed" and text.startswith("data:"):
            sys.exit(f"the pull failed: {text}")
    sys.exit("the stream ended without a terminal event")


for _ in range(args.warmup):
    for pull in (by_docker, by_pullcast):
        remove()
        pull()
ratios, theirs, ours = [], [], []
for pair in range(args.pairs):
    times = {}
    for pull in (by_docker, by_pullcast) if pair % 2 == 0 else (by_pullcast, by_docker):
        remove()
        times[pull] = pull()
    theirs.append(times[by_docker])
    ours.append(times[by_pullcast])
    ratios.append(times[by_pullcast] / times[by_docker])
low, median, high = statistics.quantiles(ratios, n=4)
print(f"{args.image}: {args.pairs} pairs, docker pull median {statistics.median(theirs):.3f} s, "
      f"pullcast median {statistics.median(ours):.3f} s, paired ratio median {median:.3f} "
      f"(quartiles {low:.3f} to {high:.3f}, min {min(ratios):.3f}, max {max(ratios):.3f})")
