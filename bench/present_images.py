#!/usr/bin/env python3
"""100 images that are there already: `pullcast pull` beside a shell loop of `docker image inspect`, and beside
`docker compose pull --policy missing` where that is installed.

    bench/present_images.py --docker-host unix:///… --image HOST/demo/tiny:1 [--count 100] [--rounds 10]

The image, which must be on the engine, gets COUNT names for the time of the measurement. Each round runs every command
once, in an order that turns; times are of whole processes, the JVM's start included. Prints the median of each, and the
median with quartiles of the paired ratios. Needs no registry, and asks none. Standard library only.
"""
import argparse, os, pathlib, statistics, subprocess, sys, tempfile, time

root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser()
parser.add_argument("--docker-host", default=os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
parser.add_argument("--image", required=True)
parser.add_argument("--count", type=int, default=100)
parser.add_argument("--rounds", type=int, default=10)
args = parser.parse_args()
environment = {**os.environ, "DOCKER_HOST": args.docker_host}
names = [f"127.0.0.1:1/bench/present-{i}:1" for i in range(args.count)]


def run(*words, **options):
    return subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, **options)


def has_compose():
    return run("docker", "compose", "version", stderr=subprocess.DEVNULL).returncode == 0


with tempfile.TemporaryDirectory() as folder:
    listed = pathlib.Path(folder, "images.txt")
    listed.write_text("\n".join(names) + "\n")
    composed = pathlib.Path(folder, "compose.yaml")
    composed.write_text("services:\n" + "".join(f"  s{i}: {{image: '{name}'}}\n" for i, name in enumerate(names)))
    commands = {
        "pullcast pull": [str(root / "pullcast"), "pull", "--from", "list", str(listed)],
        "loop of docker image inspect": [
            "sh", "-c", 'while read -r name; do docker image inspect "$name" >/dev/null || exit 1; done <"$0"', str(listed)],
    }
    if has_compose():
        commands["docker compose pull"] = ["docker", "compose", "-f", str(composed), "pull", "--policy", "missing"]
    else:
        print("docker compose: not installed, left out")
    try:
        for name in names:
            run("docker", "tag", args.image, name, check=True)
        times = {what: [] for what in commands}
        order = list(commands)
        for turn in range(args.rounds + 1):
            for what in order:
                start = time.perf_counter()
                done = run(*commands[what], stderr=subprocess.PIPE)
                elapsed = time.perf_counter() - start
                if done.returncode:
                    sys.exit(f"{what} ended with {done.returncode}:\n{done.stderr.decode()}")
                if turn:  # the first round warms caches up, and lets ./pullcast build what it needs
                    times[what].append(elapsed)
            order = order[1:] + order[:1]
    finally:
        run("docker", "image", "rm", *names, stderr=subprocess.DEVNULL)

print(f"{args.count} images that are there, {args.rounds} rounds")
ours = times["pullcast pull"]
for what, seconds in times.items():
    ratios = [theirs / mine for mine, theirs in zip(ours, seconds)]
    low, median, high = statistics.quantiles(ratios, n=4)
    print(f"{what}: median {statistics.median(seconds):.3f} s (min {min(seconds):.3f}, max {max(seconds):.3f}), "
          f"{median:.1f} times as long as pullcast (quartiles {low:.1f} to {high:.1f})")
