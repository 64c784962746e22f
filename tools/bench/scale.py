"""What large models, large inputs and many callers cost: memory in MB, and calls a second.

    python tools/bench/scale.py [--dir DIR] [--only memory|callers] [--seconds S]

Needs TensorFlow, which makes the models, 20 GB of disk and 12 GB of memory. A model of 4 GB is read from .keras, .h5 and a
SavedModel; what a process holds of its own (RssAnon) counts apart from pages of files that it maps, which the system takes back
as it likes. JAVA_HOME names the JDK.
"""
import argparse
import os
import subprocess
import sys
import time

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
#: Weights of four bytes: 4.3 GB.
LAYERS, UNITS = 4, 16384
ROWS = 524288


def large(folder):
    """A model of four Dense layers of a gigabyte in three formats."""
    names = [f'{folder}/large.keras', f'{folder}/large.h5', f'{folder}/large']
    if not all(map(os.path.exists, names)):
        os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', CUDA_VISIBLE_DEVICES='-1')
        import keras
        import numpy as np
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((UNITS,))] + [keras.layers.Dense(UNITS, 'tanh') for _ in range(LAYERS)])
        row = np.random.default_rng(1).standard_normal(UNITS, np.float32)
        kernel = np.empty((UNITS, UNITS), np.float32)
        for i in range(UNITS):  # no row is like another
            kernel[i] = np.roll(row, i * 7919)
        kernel /= np.sqrt(UNITS)
        for layer in model.layers:
            layer.set_weights([kernel, np.ones(UNITS, np.float32)])
        model.save(names[0])
        model.save(names[1])
        model.export(names[2])
    return names


def rows(folder, count):
    """An array of count rows of 1024 values, of which no two blocks are alike."""
    import numpy as np
    file = f'{folder}/rows{count}.npy'
    if not os.path.exists(file):
        x = np.lib.format.open_memmap(file, 'w+', np.float32, (count, 1024))
        for at in range(0, count, 8192):
            end = min(at + 8192, count)
            x[at:end] = np.random.default_rng(at).random((end - at, 1024), np.float32)
        x.flush()
    return file


def small(folder):
    file = f'{folder}/rows.keras'
    if not os.path.exists(file):
        import keras
        keras.utils.set_random_seed(1)
        keras.Sequential([keras.Input((1024,)), keras.layers.Dense(64, 'relu'), keras.layers.Dense(10)]).save(file)
    return file


def peak(command):
    """Seconds, and the most MB of its own and with the files it maps that a process held."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    own = both = 0
    while process.poll() is None:
        try:
            with open(f'/proc/{process.pid}/status') as f:
                status = dict(line.split(':', 1) for line in f)
            own = max(own, int(status['RssAnon'].split()[0]))
            both = max(both, int(status['VmHWM'].split()[0]))
        except (KeyError, FileNotFoundError, ProcessLookupError):
            pass  # between two programs, or at its end
        time.sleep(0.05)
    _, err = process.communicate()
    if process.returncode:
        raise SystemExit(f'scale: expected exit code 0 but was {process.returncode}, at {" ".join(command)}\n{err}')
    return time.perf_counter() - begun, own / 1024, both / 1024


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--dir', default=f'{HOME}/tools/bench/target/scale')
    p.add_argument('--only', choices=['memory', 'callers'])
    p.add_argument('--seconds', default='2')
    a = p.parse_args()
    os.makedirs(a.dir, exist_ok=True)
    launcher = f'{HOME}/posthorn'
    subprocess.run([launcher, '--version'], check=True, stdout=subprocess.DEVNULL)
    if a.only != 'callers':
        import numpy as np
        one = f'{a.dir}/one.npy'
        np.save(one, np.ones((1, UNITS), np.float32))
        print('| what | seconds | MB of its own | MB with mapped files |\n|---|---|---|---|', flush=True)
        results = []
        for model in large(a.dir):
            results.append(f'{model}.out.npy')
            seconds, own, both = peak([launcher, 'predict', model, '--input', one, '-o', results[-1]])
            size = LAYERS * UNITS * UNITS * 4 >> 20
            print(f'| predict once, {size} MB of weights, {os.path.basename(model)} | {seconds:.1f} | {own:.0f} | {both:.0f} |',
                  flush=True)
        first, *others = map(np.load, results)
        # values of tanh, at most 1; a graph may add up in another order
        if not all(np.allclose(first, y, rtol=0, atol=1e-5) for y in others):
            raise SystemExit('scale: expected equal results of all formats but was a difference, at the model of 4 GB')
        for count in (ROWS // 64, ROWS):
            x = rows(a.dir, count)
            y = f'{a.dir}/out.npy'
            seconds, own, both = peak([launcher, 'predict', small(a.dir), '--input', x, '-o', y])
            if np.load(y).shape != (count, 10):
                raise SystemExit(f'scale: expected {count} rows but was {np.load(y).shape}, at {y}')
            print(f'| predict {os.path.getsize(x) >> 20} MB of rows | {seconds:.1f} | {own:.0f} | {both:.0f} |', flush=True)
    if a.only != 'memory':
        models = f'{HOME}/tools/bench/target/models'
        subprocess.run([sys.executable,
                        f'{HOME}/testdata/oracle/bench.py', 'prepare', models, 'mnist', 'mobilenetv2'], check=True)
        java = f'{os.environ["JAVA_HOME"]}/bin/java' if os.environ.get('JAVA_HOME') else 'java'
        subprocess.run([java, '-XX:+UseSerialGC', '-Xms512m', '--add-modules', 'jdk.incubator.vector', '-Dposthorn.threads=1',
                        '-cp', f'{HOME}/tools/target/posthorn.jar', f'{HOME}/tools/bench/Callers.java', a.seconds,
                        f'{models}/mnist.keras', f'{models}/mobilenetv2.keras'], check=True)


if __name__ == '__main__':
    main()
