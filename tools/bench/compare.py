"""Runs the systems that compare.sh names in turns, prints a table of ratios, writes JSON and keeps a history."""
import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

NAMES = ['mobilenetv2', 'resnet50', 'efficientnetb0', 'lstm', 'transformer', 'mnist']
# Processor time, in milliseconds, after which a JVM runs what it has compiled.
WARM_UP = 12000
TRAINED = ['mnist', 'mobilenetv2', 'lstm']
SYSTEMS = {'tf': 'TensorFlow', 'ort': 'ONNX Runtime', 'keras': '.keras'}


class Server:
    """A process that waits for 'run SECONDS'."""

    def __init__(self, command, env=None, cpus=None):
        pin = ['taskset', '-c', ','.join(map(str, cpus))] if cpus else []
        self.errors = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen(pin + command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True, env=dict(os.environ, **(env or {})))
        line = self.process.stdout.readline()
        while line and not line.startswith('ready '):
            line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            error = RuntimeError(f'{" ".join(command)}: expected a server but was {self.errors.read()[-600:]}')
            error.died_of_signal = self.process.returncode < 0
            raise error
        self.ready = json.loads(line[6:])

    def run(self, seconds):
        self.process.stdin.write(f'run {seconds}\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def rss(self):
        """The most memory it held so far, in MB."""
        with open(f'/proc/{self.process.pid}/status') as f:
            return int(re.search(r'VmHWM:\s+(\d+)', f.read()).group(1)) / 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def tensorflow(command, cpus):
    """TensorFlow with oneDNN, its default; without where its process dies of that, as it does on some processors."""
    try:
        return Server(command, cpus=cpus), False
    except RuntimeError as e:
        if not e.died_of_signal:
            raise
    return Server(command, {'TF_ENABLE_ONEDNN_OPTS': '0'}, cpus), True


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


def mark(model, kind, jdk):
    """The largest ratios that are good enough."""
    if kind == 'predict':
        return {'tf': 0.70, 'ort': 0.85 if model == 'resnet50' else 1.00} if jdk == '25' else {'tf': 0.90, 'ort': 1.25}
    if kind == 'train':
        return {'tf': 0.80} if jdk == '25' else {}
    return {'cold': {'tf': 0.20, 'ort': 1.0}, 'memory': {'tf': 0.5, 'ort': 1.2}, 'savedmodel': {'keras': 1.1}}[kind]


def row(model, kind, jdk, batch, threads, value, unit='ms', ratio=None, agrees=True, **more):
    """A figure: value by system, of which 'posthorn' is ours; the ratio is ours to the other's."""
    ratio = ratio or {n: value['posthorn'] / v for n, v in value.items() if n != 'posthorn'}
    limits = mark(model, kind, jdk)
    return {'name': f'{model} {kind} b{batch} t{threads} jdk{jdk}', 'model': model, 'kind': kind, 'jdk': jdk,
            'batch': batch, 'threads': threads, unit: value, 'ratio': ratio, 'mark': limits, 'agrees': agrees,
            'within': agrees and all(ratio[k] <= m for k, m in limits.items()), **more}


def measure(a, model, batch, threads, kind, homes):
    cpus = list(range(min(threads, os.cpu_count()))) if os.path.exists('/usr/bin/taskset') else None
    servers = {}
    bench = f'{a.home}/testdata/oracle/bench.py'
    train = kind == 'train'
    last = version(homes[-1])
    try:
        for home in homes:
            command, env = posthorn(a, home, f'{a.models}/{model}.keras', batch, threads, train)
            servers['posthorn ' + version(home)] = Server(command, env, cpus)
        if kind == 'predict' and batch == 1 and threads == 1:
            command, env = posthorn(a, homes[-1], f'{a.models}/{model}.savedmodel', batch, threads, train)
            servers['savedmodel'] = Server(command, env, cpus)
        servers['tf'], plain = tensorflow(
            [a.tf, bench, 'serve', 'tf', a.models, model, str(batch), str(threads), kind], cpus)
        if not train:
            servers['ort'] = Server([a.ort, bench, 'serve', 'ort', a.models, model, str(batch), str(threads), kind],
                                    cpus=cpus)
        for name, s in servers.items():
            spent = 0
            while spent < (1000 if name in ('tf', 'ort') else a.warm_up):
                r = s.run(a.seconds)
                spent += r['cpu_ms'] * r['calls']
        rounds = {name: [] for name in servers}
        for _ in range(a.rounds):
            for name, s in servers.items():
                rounds[name].append(s.run(a.seconds))
        others = [n for n in ('tf', 'ort') if n in servers]
        same = agree(servers)

        def middle(name, key):
            return statistics.median(r[key] for r in rounds[name])

        def ratio(own, other, key):
            # within a round the load of the machine is alike, so ratios are made round by round
            return statistics.median(o[key] / r[key] for o, r in zip(rounds[own], rounds[other]))

        rows = []
        for home in homes:
            own = 'posthorn ' + version(home)
            names = {'posthorn': own, **{n: n for n in others}}
            rows.append(row(
                model, kind, version(home), batch, threads, {n: middle(s, 'wall_ms') for n, s in names.items()},
                ratio={n: ratio(own, n, 'wall_ms') for n in others}, agrees=same,
                cpu_ms={n: middle(s, 'cpu_ms') for n, s in names.items()},
                cpu_ratio={n: ratio(own, n, 'cpu_ms') for n in others}, allocated=middle(own, 'allocated'),
                load_ms={n: servers[s].ready['load_s'] * 1e3 for n, s in names.items()},
                rss_mb={n: servers[s].rss() for n, s in names.items()}, tf_without_onednn=plain))
        if 'savedmodel' in servers:
            rows.append(row(model, 'savedmodel', last, batch, threads,
                            {'posthorn': middle('savedmodel', 'wall_ms'), 'keras': middle('posthorn ' + last, 'wall_ms')},
                            ratio={'keras': ratio('savedmodel', 'posthorn ' + last, 'wall_ms')}, agrees=same))
            if model == 'resnet50':
                rows += [row(model, 'memory', r['jdk'], batch, threads, r['rss_mb'], unit='mb')
                         for r in rows if r['kind'] == kind]
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
    bench = f'{a.home}/testdata/oracle/bench.py'
    commands = {n: ([p, bench, 'cold', n, a.models, 'mobilenetv2'], {}) for n, p in (('tf', a.tf), ('ort', a.ort))}
    for home in homes:
        commands[version(home)] = ([f'{a.home}/posthorn', 'predict', f'{a.models}/mobilenetv2.h5', '--input', x],
                                   {'JAVA_HOME': home})
    times = {name: [] for name in commands}
    for _ in range(a.rounds + 1):
        for name, (command, env) in commands.items():
            times[name].append(process_time(command, env))
    ms = {name: statistics.median(t[1:]) for name, t in times.items()}  # first, files come into memory
    return [row('mobilenetv2', 'cold', version(h), 1, os.cpu_count(),
                {'posthorn': ms[version(h)], 'tf': ms['tf'], 'ort': ms['ort']}) for h in homes]


def show(r):
    unit = 'mb' if 'mb' in r else 'ms'
    cells = [f'{r["name"]:38}', f'{r[unit]["posthorn"]:10.3f} {unit}']
    for other in SYSTEMS:
        if other in r['ratio']:
            limit = r['mark'].get(other)
            wrong = limit is not None and r['ratio'][other] > limit
            cpu = r.get('cpu_ratio', {}).get(other)
            cells.append(f'{other} {r[unit][other]:9.3f} {unit} ×{r["ratio"][other]:.2f}'
                         + (f' (cpu ×{cpu:.2f})' if cpu else '') + (f' > {limit}' if wrong else ''))
    if r.get('allocated', 0) > 1e6:
        cells.append(f'{r["allocated"] / 1e6:.1f} MB allocated a call')
    if r.get('tf_without_onednn'):
        cells.append('(TensorFlow without oneDNN, of which it dies here)')
    if not r['agrees']:
        cells.append('RESULTS DIFFER')
    print('  '.join(cells), flush=True)


def markdown(result):
    """The figures as tables for people."""
    out = ['# Speed', '', 'Written by `tools/bench/compare.sh --markdown docs/speed.md`. Ratios of our time to the other\'s,'
           ' smaller is better; in brackets what was wanted where it was missed. Medians of rounds in turns.', '',
           f'{result["date"]}, {result["machine"]}, {result["rounds"]} rounds'
           + (', batch 1 and one thread alone (`--quick`)' if result['quick'] else ''), '']
    titles = {'predict': 'Predictions', 'train': 'Training step with Adam', 'savedmodel': 'SavedModel against `.keras`',
              'cold': 'New process: load MobileNetV2 from `.h5`, predict once', 'memory': 'Peak resident memory'}
    for kind, title in titles.items():
        rows = [r for r in result['rows'] if r['kind'] == kind]
        rows.sort(key=lambda r: (NAMES.index(r['model']), r['batch'], r['threads'], int(r['jdk'])))
        others = [n for n in SYSTEMS if any(n in r['ratio'] for r in rows)]
        if not rows:
            continue
        unit = 'MB' if kind == 'memory' else 'ms'
        more = ['load ms', 'KB a call'] if kind == 'predict' else []
        heads = ['model', 'batch', 'threads', 'JDK', f'ours {unit}']
        heads += [f'{SYSTEMS[n]} {unit} | ratio' for n in others] + more
        out += [f'## {title}', '', '| ' + ' | '.join(heads) + ' |',
                '|' + '---|' * (len(heads) + len(others))]
        for r in rows:
            value = r['mb'] if 'mb' in r else r['ms']
            cells = [r['model'], r['batch'], r['threads'], r['jdk'], f'{value["posthorn"]:.4g}']
            for n in others:
                missed = n in r['mark'] and r['ratio'][n] > r['mark'][n]
                cells += [f'{value[n]:.4g}', f'{r["ratio"][n]:.2f}' + (f' ({r["mark"][n]:.2f})' if missed else '')]
            if more:
                cells += [f'{r["load_ms"]["posthorn"]:.0f}', f'{r["allocated"] / 1e3:.1f}']
            out.append('| ' + ' | '.join(map(str, cells)) + ' |')
        out.append('')
    pairs = [(r, s) for r in result['rows'] for s in result['rows']
             if r['threads'] == 1 and s['name'] == r['name'].replace(' t1 ', ' t2 ') and r['kind'] in ('predict', 'train')]
    if pairs:
        out += ['## Two threads', '', '| what | how many times as fast as one thread |', '|---|---|']
        out += [f'| {r["name"].replace(" t1 ", " ")} | {r["ms"]["posthorn"] / s["ms"]["posthorn"]:.2f} |' for r, s in pairs]
        out.append('')
    plain = [r['name'] for r in result['rows'] if r.get('tf_without_onednn')]
    if plain:
        out += ['TensorFlow ran without oneDNN, of which its process died here, in: ' + ', '.join(plain), '']
    return '\n'.join(out)


def machine():
    name = platform.processor() or platform.machine()
    with open('/proc/cpuinfo') as f:
        for line in f:
            if line.startswith('model name'):
                name = line.split(':')[1].strip()
    return f'{os.cpu_count()} × {name}'


def keep(a, rows, past, history):
    """Writes the history, and the files that were asked for, each whole or not at all."""
    result = {'date': datetime.datetime.now().isoformat(timespec='seconds'), 'machine': machine(), 'quick': a.quick,
              'rounds': a.rounds, 'only': a.only, 'rows': rows, 'all_within': all(r['within'] for r in rows)}
    files = {history: json.dumps(past + [result], indent=1), a.json: json.dumps(result, indent=1),
             a.markdown: markdown(result)}
    for path, content in files.items():
        if path:
            with open(f'{path}.tmp', 'w') as f:
                f.write(content)
            os.replace(f'{path}.tmp', path)


def main():
    p = argparse.ArgumentParser()
    for name in ('--home', '--tf', '--ort'):
        p.add_argument(name, required=True)
    p.add_argument('--quick', action='store_true', help='batch 1 and one thread, short rounds: below ten minutes')
    p.add_argument('--json', help='also write this run here')
    p.add_argument('--markdown', help='also write tables for people here')
    p.add_argument('--only', default='', help='only figures whose name has one of these words, parted by commas')
    p.add_argument('--rounds', type=int, help='rounds whose median counts (default 5, with --quick 3)')
    p.add_argument('--models')
    a = p.parse_args()
    a.models = os.path.abspath(a.models or f'{a.home}/tools/bench/target/models')
    given = a.rounds
    a.seconds, a.rounds, a.warm_up = (1, 3, WARM_UP * 2 / 3) if a.quick else (1.5, 5, WARM_UP)
    a.rounds = given or a.rounds
    only = a.only.split(',')
    subprocess.run([a.tf, f'{a.home}/testdata/oracle/bench.py', 'prepare', a.models], check=True)
    homes = sorted(jdks(), key=lambda h: int(version(h)))
    for home in homes:  # builds, and makes the archive of classes for that JDK
        subprocess.run([f'{a.home}/posthorn', '--version'], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, JAVA_HOME=home))
    rows = []
    print(f'posthorn: ratios of time, smaller is better; JDKs {[version(h) for h in homes]}')
    jobs = [(m, 1, 1, 'predict') for m in NAMES] + [(m, 32, 1, 'train') for m in TRAINED]
    if not a.quick:
        jobs += [(m, b, t, 'predict') for b, t in ((32, 2), (1, 2), (32, 1)) for m in NAMES]
        jobs += [(m, 32, 2, 'train') for m in TRAINED]

    def wanted(name):
        return any(w in name for w in only)

    history = f'{a.home}/tools/bench/target/history.json'
    os.makedirs(os.path.dirname(history), exist_ok=True)
    past = json.load(open(history)) if os.path.exists(history) else []

    def add(made):
        for r in made:
            rows.append(r)
            show(r)
        keep(a, rows, past, history)  # what is measured is kept, whatever stops the run

    if wanted('mobilenetv2 cold'):
        add(cold(a, homes))
    for model, batch, threads, kind in jobs:
        if wanted(f'{model} {kind} b{batch} t{threads}'):
            add(measure(a, model, batch, threads, kind, homes))
    missed = [r['name'] for r in rows if not r['within']]
    print('all within' if not missed else f'missed {len(missed)} of {len(rows)}: ' + ', '.join(missed))


if __name__ == '__main__':
    main()
