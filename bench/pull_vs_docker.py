#!/usr/bin/env python3
"""Wall time and CPU of pulls through Pullcast beside `docker pull` of the same images, pull by pull in turns.

    bench/pull_vs_docker.py [--pairs N] [--small-pairs N] [--warmup N] [--warmup-jobs N]
                            [--through kafka|http] [--keep DIR]

Starts everything by itself, each part in a process of its own: an engine and a registry (deploy/dev/engine), a Kafka
broker, a gateway with its coordinator, a worker, and a program that asks for pulls. Pullcast's time is from before the
job is sent until its terminal record has been consumed: over Kafka (a record on pull.jobs, a record on pull.results) or
over HTTP (POST, terminal event of the SSE stream). docker's time is that of its command. The image is removed before
every pull; who begins a pair alternates. Prints medians, the median of the paired ratios with its 95 % interval (order
statistics), CPU seconds per pull, and where Pullcast's time goes. Standard library only.

Exit: 0 measured · 1 a part failed · 69 no JDK 25 or no engine to be had
"""
import argparse, http.client, json, math, os, resource, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TICK = os.sysconf("SC_CLK_TCK")
LARGE, SMALL = "bench/large:1", "bench/small:1"
IMAGES = {  # megabytes of random bytes, so that they cannot be compressed
    LARGE: ["--layers", "4", "--size", "1M,19M,60M,120M"],
    SMALL: ["--layers", "2", "--size", "2M,6M"],
}
JVM = ["-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def answer(process, word):
    """The next line that begins so; whatever else it prints is a log."""
    for line in process.stdout:
        if line.startswith(word + " "):
            return line[len(word) + 1:].strip()
    sys.exit(f"bench: {' '.join(process.args[-3:])} ended without an answer")


class Parts:
    """Everything that runs besides docker's command."""

    def __init__(self, home):
        self.home = home
        self.processes = []
        self.engine_env = dict(os.environ, PULLCAST_DEV_HOME=os.path.join(home, "engine"),
                               PULLCAST_DEV_REGISTRY_PORT=str(free_port()))
        jdk = subprocess.run([f"{ROOT}/scripts/jdk"], check=True, capture_output=True, text=True).stdout.strip()
        self.java = f"{jdk}/bin/java"
        with open(f"{ROOT}/bench/target/classpath") as f:
            self.classpath = f"{ROOT}/bench/target/classes:{f.read().strip()}"

    def engine(self, *words):
        done = subprocess.run([f"{ROOT}/deploy/dev/engine", *words], env=self.engine_env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.stderr.write(done.stdout + done.stderr)
            sys.exit(done.returncode if done.returncode == 69 else 1)
        return done.stdout

    def spawn(self, name, command, **more):
        log = open(os.path.join(self.home, f"{name}.log"), "w")
        process = subprocess.Popen(command, stderr=log, cwd=self.home, **more)
        self.processes.append((name, process))
        return process

    def java_main(self, name, main, *words, **more):
        return self.spawn(name, [self.java, *JVM, "-cp", self.classpath, main, *words],
                          stdout=subprocess.PIPE, text=True, **more)

    def pullcast(self, name, **settings):
        env = dict(os.environ, **{k: str(v) for k, v in settings.items()})
        return self.spawn(name, [f"{ROOT}/pullcast", name], env=env, stdout=subprocess.DEVNULL)

    def start(self):
        say("starting an engine and a registry")
        self.engine("up")
        self.docker_host = next(line.split("=", 1)[1].strip("'\"") for line in self.engine("env").splitlines()
                                if "DOCKER_HOST=" in line)
        self.registry = next(line.split("=", 1)[1].strip("'\"") for line in self.engine("env").splitlines()
                             if "PULLCAST_DEV_REGISTRY=" in line)
        for image, words in IMAGES.items():
            self.engine("seed", image, *words)
        say("starting Kafka, gateway and worker")
        broker = self.java_main("broker", "dev.pullcast.bench.wall.Broker", os.path.join(self.home, "kafka"))
        kafka = answer(broker, "ready")
        self.gateway_port, ops_port = free_port(), free_port()
        self.broker, common = broker, {"PULLCAST_KAFKA_BOOTSTRAP_SERVERS": kafka}
        self.gateway = self.pullcast("gateway", PULLCAST_GATEWAY_PORT=self.gateway_port, **common)
        self.await_ready("gateway", self.gateway_port)
        self.worker = self.pullcast("worker", PULLCAST_WORKER_DATA_DIR=os.path.join(self.home, "worker"),
                                    PULLCAST_WORKER_OPS_PORT=ops_port, PULLCAST_WORKER_ID="bench",
                                    PULLCAST_ENGINE_HOST=self.docker_host, **common)
        self.await_ready("worker", ops_port)
        self.asker = self.java_main("asker", "dev.pullcast.bench.wall.Asker", kafka, stdin=subprocess.PIPE)
        answer(self.asker, "ready")

    def await_ready(self, name, port):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                c = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                c.request("GET", "/readyz")
                if c.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit(f"bench: the {name} was not ready within 60 s; see {self.home}/{name}.log")

    def stop(self):
        for _, process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for _, process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        self.engine("down", "--purge")


def remove(parts, image):
    subprocess.run(["docker", "--host", parts.docker_host, "image", "rm", "--force", image],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_docker(parts, image):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(["docker", "--host", parts.docker_host, "pull", image], check=True, stdout=subprocess.DEVNULL)
    elapsed = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def by_kafka(parts, image, wanted="succeeded"):
    parts.asker.stdin.write(image + "\n")
    parts.asker.stdin.flush()
    words = answer(parts.asker, "pull").split(" ", 5)
    if words[5] != wanted and f'"type":"{wanted}"' not in words[5]:
        sys.exit(f"bench: the pull did not succeed: {words[5]}")
    return int(words[0]) / 1e9, [int(w) for w in words[1:5]]


def by_http(parts, image):
    start = time.perf_counter()
    c = http.client.HTTPConnection("127.0.0.1", parts.gateway_port, timeout=120)
    c.request("POST", "/v1/pulls", json.dumps({"images": [image]}), {"Content-Type": "application/json"})
    answer = c.getresponse()
    body = answer.read()
    if answer.status != 202:
        sys.exit(f"bench: POST answered {answer.status}: {body.decode()}")
    c.request("GET", answer.headers["Location"] + "/events", headers={"Accept": "text/event-stream"})
    event = None
    for line in c.getresponse():
        text = line.decode().rstrip("\n")
        if text.startswith("event:"):
            event = text[6:].strip()
        elif (event == "pull.succeeded" and text == "") or (
                event == "snapshot" and text.startswith("data:") and '"state":"succeeded"' in text):
            elapsed = time.perf_counter() - start
            c.close()
            return elapsed, [0, 0, 0, 0]
        elif event == "pull.failed" and text.startswith("data:"):
            sys.exit(f"bench: the pull failed: {text}")
    sys.exit("bench: the stream ended without a terminal event")


def interval(values):
    """Of the median, 95 % or a little more: order statistics, no assumption about the distribution."""
    n, ordered = len(values), sorted(values)
    tail, k = 0.0, 0
    while tail + math.comb(n, k) / 2 ** n <= 0.025:
        tail += math.comb(n, k) / 2 ** n
        k += 1
    return (ordered[k - 1], ordered[n - k]) if k > 0 else (ordered[0], ordered[-1])


def measure(parts, image, pairs, warmup, jobs, ask):
    image = f"{parts.registry}/{image}"
    for _ in range(warmup):
        for pull in (by_docker, ask):
            remove(parts, image)
            pull(parts, image)
    # Jobs for an image that is there go the whole way but for the pull itself, and warm every JVM on it.
    if jobs:
        by_docker(parts, image)
    for _ in range(jobs):
        by_kafka(parts, image, "pull.skipped")
    pids = {"worker": parts.worker.pid, "gateway": parts.gateway.pid, "broker": parts.broker.pid}
    theirs, ours, docker_cpu, hops = [], [], [], []
    cpu = {name: 0.0 for name in pids}
    remove(parts, image)
    for pair in range(pairs):
        for pull in (by_docker, ask) if pair % 2 == 0 else (ask, by_docker):
            if pull is by_docker:
                elapsed, used = by_docker(parts, image)
                theirs.append(elapsed)
                docker_cpu.append(used)
                remove(parts, image)
            else:
                before = {name: cpu_seconds(pid) for name, pid in pids.items()}
                elapsed, parts_of_it = ask(parts, image)
                ours.append(elapsed)
                hops.append(parts_of_it)
                # The removal gives the worker time to write down and commit what it has done: that is counted, too.
                remove(parts, image)
                for name, pid in pids.items():
                    cpu[name] += cpu_seconds(pid) - before[name]
    return theirs, ours, docker_cpu, cpu, hops


def report(rows):
    print("| image | pairs | docker pull | Pullcast | ratio | 95 % | CPU ms/pull: docker | worker | gateway | broker |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, (theirs, ours, docker_cpu, cpu, _) in rows.items():
        ratios = [a / b for a, b in zip(ours, theirs)]
        low, high = interval(ratios)
        per_pull = " | ".join(f"{1000 * cpu[part] / len(ours):.0f}" for part in ("worker", "gateway", "broker"))
        print(f"| {name} | {len(ours)} | {statistics.median(theirs):.3f} s | {statistics.median(ours):.3f} s | "
              f"{statistics.median(ratios):.3f} | {low:.3f}-{high:.3f} | {1000 * statistics.mean(docker_cpu):.0f} | {per_pull} |")
    print()
    print("| image | ms, medians: request to worker | worker to engine | engine, with the last look | end to asker |")
    print("|---|---|---|---|---|")
    for name, (_, _, _, _, hops) in rows.items():
        print(f"| {name} | " + " | ".join(f"{statistics.median(h[i] for h in hops):.1f}" for i in range(4)) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=30, help="of the 200 MB image")
    parser.add_argument("--small-pairs", type=int, default=30, help="of the 8 MB image")
    parser.add_argument("--warmup", type=int, default=10, help="pairs of the small image before; a third of it of the large")
    parser.add_argument("--warmup-jobs", type=int, default=1000, help="for an image that is there, before the first pair")
    parser.add_argument("--through", choices=["kafka", "http"], default="kafka")
    parser.add_argument("--keep", help="folder for data and logs, which is kept")
    args = parser.parse_args()
    home = args.keep or tempfile.mkdtemp(prefix="pullcast-bench-")
    os.makedirs(home, exist_ok=True)
    parts = Parts(home)
    ask = by_kafka if args.through == "kafka" else by_http
    rows = {}
    try:
        parts.start()
        if args.small_pairs:
            say(f"pulling 8 MB: {args.warmup} + {args.small_pairs} pairs")
            rows["8 MB, 2 layers"] = measure(parts, SMALL, args.small_pairs, args.warmup, args.warmup_jobs, ask)
        if args.pairs:
            warmup = args.warmup // 3
            say(f"pulling 200 MB: {warmup} + {args.pairs} pairs")
            rows["200 MB, 4 layers"] = measure(parts, LARGE, args.pairs, warmup, 0 if rows else args.warmup_jobs, ask)
    finally:
        parts.stop()
        if not args.keep:
            shutil.rmtree(home, ignore_errors=True)
    report(rows)


if __name__ == "__main__":
    main()
