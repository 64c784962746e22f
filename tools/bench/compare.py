"""Runs the systems that compare.sh names in turns, prints a table of ratios, writes JSON and keeps a history."""
import argparse
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
import time

NAMES = ['mobilenetv2', 'resnet50', 'efficientnetb0', 'lstm', 'transformer', 'mnist']
# Processor time, in milliseconds, after which a JVM runs what it has compiled.
WARM_UP = 12000
TRAINED = ['mnist', 'mobilenetv2']


class Server:
    """A process that waits for 'run SECONDS'."""

    def __init__(self, command, env=None, cpus=None):
        pin = ['taskset', '-c', ','.join(map(str, cpus))] if cpus else []
        self.process = subprocess.Popen(pin + command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=dict(os.environ, **(env or {})))
        line = self.process.stdout.readline()
        while line and not line.startswith('ready '):
            line = self.process.stdout.readline()
        if not line:
            error = self.process.stderr.read()[-600:]
            raise RuntimeError(f'{" ".join(command)}: expected a server but was {error}')
        self.ready = json.loads(line[6:])

    def run(self, seconds):
        self.process.stdin.write(f'run {seconds}\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def rss(self):
        with open(f'/proc/{self.process.pid}/status') as f:
            return int(re.search(r'VmHWM:\s+(\d+)', f.read()).group(1)) / 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def jdks():
    if os.environ.get('BENCH_JDKS'):
        return os.environ['BENCH_JDKS'].split()
    found = {}
    for name in sorted(os.listdir('/usr/lib/jvm')) if os.path.isdir('/usr/lib/jvm') else []:
        home = f'/usr/lib/jvm/{name}'
        version = re.search(r'\b(17|25)\b', name.replace('-', ' ').replace('.', ' '))
        if version and os.path.exists(home + '/bin/java'):
            found.setdefault(version.group(1), home)
    return list(found.values()) or [os.environ['JAVA_HOME']]


def version(home):
    out = subprocess.run([home + '/bin/java', '-version'], capture_output=True, text=True).stderr
    return re.search(r'version "(\d+)', out).group(1)


def posthorn(a, jdk, model, batch, threads, train):
    command = [f'{a.home}/posthorn', 'bench', model, '--batch', str(batch), '--serve'] + (['--train'] if train else [])
    return command, {'JAVA_HOME': jdk, 'POSTHORN_NO_BUILD': '1', 'POSTHORN_JAVA_OPTS': f'-Dposthorn.threads={threads}'}


def mark(row):
    """The largest ratio that is good enough."""
    if row['kind'] == 'train':
        return {'tf': 0.80} if row['jdk'] == '25' else {}
    if row['jdk'] == '25':
        return {'tf': 0.70, 'ort': 0.85 if row['model'] == 'resnet50' else 1.00}
    return {'tf': 0.90, 'ort': 1.25}


def measure(a, model, batch, threads, kind, homes):
    cpus = list(range(min(threads, os.cpu_count()))) if os.path.exists('/usr/bin/taskset') else None
    servers = {}
    bench = f'{a.home}/testdata/oracle/bench.py'
    train = kind == 'train'
    try:
        for home in homes:
            command, env = posthorn(a, home, f'{a.models}/{model}.keras', batch, threads, train)
            servers['posthorn ' + version(home)] = Server(command, env, cpus)
        servers['tf'] = Server([a.tf, bench, 'serve', 'tf', a.models, model, str(batch), str(threads), kind], cpus=cpus)
        if not train:
            servers['ort'] = Server([a.ort, bench, 'serve', 'ort', a.models, model, str(batch), str(threads), kind],
                                    cpus=cpus)
        for name, s in servers.items():
            spent = 0
            while spent < (WARM_UP if name.startswith('posthorn') else 1000):
                r = s.run(a.seconds)
                spent += r['cpu_ms'] * r['calls']
        rounds = {name: [] for name in servers}
        for _ in range(a.rounds):
            for name, s in servers.items():
                rounds[name].append(s.run(a.seconds))
        rows = []
        same = agree(servers)
        for home in homes:
            own = 'posthorn ' + version(home)
            row = {'name': f'{model} {kind} b{batch} t{threads} jdk{version(home)}', 'model': model, 'kind': kind,
                   'jdk': version(home), 'batch': batch, 'threads': threads, 'ms': {}, 'cpu_ms': {}, 'ratio': {},
                   'cpu_ratio': {}, 'agrees': same,
                   'allocated': statistics.median(r['allocated'] for r in rounds[own]), 'rss_mb': servers[own].rss()}
            for name in [own] + [n for n in servers if not n.startswith('posthorn')]:
                short = name.split()[0]
                row['ms'][short] = statistics.median(r['wall_ms'] for r in rounds[name])
                row['cpu_ms'][short] = statistics.median(r['cpu_ms'] for r in rounds[name])
                if short != 'posthorn':
                    # within a round the load of the machine is alike, so ratios are made round by round
                    row['ratio'][short] = statistics.median(
                        o['wall_ms'] / r['wall_ms'] for o, r in zip(rounds[own], rounds[name]))
                    row['cpu_ratio'][short] = statistics.median(
                        o['cpu_ms'] / r['cpu_ms'] for o, r in zip(rounds[own], rounds[name]))
            row['mark'] = mark(row)
            row['within'] = same and all(row['ratio'][k] <= m for k, m in row['mark'].items())
            rows.append(row)
        return rows
    finally:
        for s in servers.values():
            s.close()


def agree(servers):
    """Whether all systems give the same numbers for the first row."""
    firsts = [s.ready['first'] for s in servers.values()]
    scale = max(abs(v) for v in firsts[-1])
    return all(abs(x - y) <= 2e-3 * scale for f in firsts for x, y in zip(f, firsts[-1]))


def process_time(command, env=None):
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ, **(env or {})))
    return (time.perf_counter() - begin) * 1e3


def cold(a, homes):
    """A new process that loads MobileNetV2 from .h5 and predicts once."""
    import numpy as np
    sys.path.insert(0, f'{a.home}/testdata/oracle')
    import bench
    x = f'{a.models}/one.npy'
    np.save(x, bench.data('mobilenetv2', 1))
    rows = []
    others = {'tf': [a.tf, f'{a.home}/testdata/oracle/bench.py', 'cold', 'tf', a.models, 'mobilenetv2'],
              'ort': [a.ort, f'{a.home}/testdata/oracle/bench.py', 'cold', 'ort', a.models, 'mobilenetv2']}
    times = {name: [process_time(c) for _ in range(a.rounds)] for name, c in others.items()}
    for home in homes:
        command = [f'{a.home}/posthorn', 'predict', f'{a.models}/mobilenetv2.h5', '--input', x]
        env = {'JAVA_HOME': home, 'POSTHORN_NO_BUILD': '1'}
        process_time(command, env)  # makes the archive of classes, once
        own = [process_time(command, env) for _ in range(a.rounds)]
        ms = {'posthorn': statistics.median(own), **{n: statistics.median(t) for n, t in times.items()}}
        ratio = {n: ms['posthorn'] / ms[n] for n in others}
        limits = {'tf': 0.20, 'ort': 1.0}
        rows.append({'name': f'mobilenetv2.h5 cold jdk{version(home)}', 'model': 'mobilenetv2', 'kind': 'cold',
                     'jdk': version(home), 'batch': 1, 'threads': os.cpu_count(), 'ms': ms, 'ratio': ratio,
                     'mark': limits, 'within': all(ratio[k] <= m for k, m in limits.items())})
    return rows


def show(row):
    cells = [f'{row["name"]:40}', f'{row["ms"]["posthorn"]:10.3f} ms']
    for other in ('tf', 'ort'):
        if other in row['ratio']:
            limit = row['mark'].get(other)
            wrong = limit is not None and row['ratio'][other] > limit
            cpu = row.get('cpu_ratio', {}).get(other)
            cells.append(f'{other} {row["ms"][other]:9.3f} ms ×{row["ratio"][other]:.2f}'
                         + (f' (cpu ×{cpu:.2f})' if cpu else '') + (f' > {limit}' if wrong else ''))
    if not row.get('agrees', True):
        cells.append('RESULTS DIFFER')
    print('  '.join(cells), flush=True)


def main():
    p = argparse.ArgumentParser()
    for name in ('--home', '--tf', '--ort'):
        p.add_argument(name, required=True)
    p.add_argument('--quick', action='store_true', help='batch 1 and one thread, two rounds')
    p.add_argument('--json')
    p.add_argument('--only', default='', help='figures whose name has this word')
    p.add_argument('--models')
    a = p.parse_args()
    a.models = a.models or f'{a.home}/tools/bench/target/models'
    a.seconds, a.rounds = (1.5, 3) if a.quick else (3, 5)
    subprocess.run([a.tf, f'{a.home}/testdata/oracle/bench.py', 'prepare', a.models], check=True)
    homes = jdks()
    rows = []
    print(f'posthorn: ratios of time, smaller is better; JDKs {[version(h) for h in homes]}')
    jobs = [(m, b, t, 'predict') for m in NAMES for b in ((1,) if a.quick else (1, 32))
            for t in ((1,) if a.quick else (1, 2))]
    jobs += [(m, 32, t, 'train') for m in TRAINED for t in ((1,) if a.quick else (1, 2))]
    for model, batch, threads, kind in jobs:
        if a.only in f'{model} {kind} b{batch} t{threads}':
            for row in measure(a, model, batch, threads, kind, homes):
                rows.append(row)
                show(row)
    if a.only in 'cold':
        for row in cold(a, homes):
            rows.append(row)
            show(row)
    result = {'date': datetime.datetime.now().isoformat(timespec='seconds'), 'quick': a.quick, 'rows': rows,
              'all_within': all(r['within'] for r in rows)}
    history = f'{a.home}/tools/bench/target/history.json'
    os.makedirs(os.path.dirname(history), exist_ok=True)
    past = json.load(open(history)) if os.path.exists(history) else []
    for path, content in ((history, past + [result]),) + (((a.json, result),) if a.json else ()):
        with open(path, 'w') as f:
            json.dump(content, f, indent=1)
    print('all within' if result['all_within'] else 'missed: ' + ', '.join(r['name'] for r in rows if not r['within']))


if __name__ == '__main__':
    main()
