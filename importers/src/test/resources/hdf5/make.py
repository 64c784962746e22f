"""Makes the fixtures beside this script: small HDF5 files, and for each what h5py reads from it (*.txt).

Made with h5py 3.14 (HDF5 1.14); run it in this folder. The files are gzipped, for they are mostly empty space. Values follow simple rules, so that tests can state them:
element i of a numeric dataset is (7 * i + 3) % 251, of a float dataset minus 125 and halved.
"""
import gzip
import json
import os
import zlib

import h5py
import numpy as np

OLD = dict(libver='earliest')
NEW = dict(libver='latest')


def numbers(shape, dtype):
    n = int(np.prod(shape))
    v = (7 * np.arange(n) + 3) % 251
    dtype = np.dtype(dtype)
    if dtype.kind == 'f':
        v = (v - 125) / 2
    elif dtype == bool:
        v = v % 3 == 0
    elif dtype.kind == 'i':
        v = v - 125
    return v.astype(dtype).reshape(shape)


def float_type(size, exponent, mantissa):
    t = h5py.h5t.IEEE_F32LE.copy()
    t.set_fields(8 * size - 1, mantissa, exponent, 0, mantissa)
    t.set_precision(8 * size)
    t.set_size(size)
    t.set_ebias((1 << exponent - 1) - 1)
    return t


def opaque(f, name, values, keras=None):
    values = np.asarray(values, '<u2')
    d = f.create_dataset(name, data=values.view('|V2'))
    if keras:
        d.attrs['dtype'] = keras


def raw(f, name, file_type, values, memory_type=None):
    space = h5py.h5s.create_simple(values.shape)
    d = h5py.h5d.create(f.id, name.encode(), file_type, space)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, values, memory_type or file_type)


def types(f):
    for t in 'f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8'.split():
        for order in '<>':
            f.create_dataset(f'{t}{"le" if order == "<" else "be"}', data=numbers((3, 5), order + t))
    f['bool'] = numbers((3, 5), bool)
    f['scalar'] = np.float32(1.5)
    f['scalar_int64'] = np.int64(-3)
    f['scalar_text'] = 'größe'
    f['empty'] = h5py.Empty('f4')
    f['zero'] = np.zeros((0, 4), 'f4')
    f['zero_text'] = np.zeros((0,), h5py.string_dtype())
    f.create_dataset('enum', data=[0, 2, 1], dtype=h5py.enum_dtype({'A': 0, 'B': 1, 'C': 2}, basetype='i4'))
    f.create_dataset('text', data=['one', '', 'zwölf', '日本語'], dtype=h5py.string_dtype())
    f.create_dataset('text_ascii', data=[b'one', b'', b'three'], dtype=h5py.string_dtype('ascii'))
    f.create_dataset('text_fixed', data=np.array([b'one', b'', b'three'], 'S5'))
    f.create_dataset('text_fixed_utf8', data=['é'.encode(), b'12345'], dtype=h5py.string_dtype('utf-8', 5))
    t = h5py.h5t.C_S1.copy()
    t.set_size(6)
    t.set_strpad(h5py.h5t.STR_SPACEPAD)
    raw(f, 'text_space', t, np.array([b'one   ', b'three '], 'S6'))
    t = h5py.h5t.C_S1.copy()
    t.set_size(6)
    raw(f, 'text_terminated', t, np.array([b'one\0xx', b'three\0'], 'V6').view('S6'))
    bits = np.array([0x3f80, 0xc000, 0x3eab, 0x7f80], '<u2')
    opaque(f, 'bfloat16', bits, 'bfloat16')
    opaque(f, 'bfloat16_bare', bits)
    raw(f, 'bfloat16_true', float_type(2, 8, 7), bits)
    f['committed'] = np.dtype('<f4')
    f.create_dataset('of_committed', data=numbers((4,), 'f4'), dtype=f['committed'])


def refused(f):
    f['fine'] = numbers((4,), 'f4')
    raw(f, 'float8', float_type(1, 4, 3), np.array([1, 2, 3], 'u1'))
    raw(f, 'float24', float_type(3, 8, 15), np.zeros(6, 'V3'))
    f.create_dataset('opaque', data=np.zeros(3, 'V7'))
    f.create_dataset('compound', data=np.zeros(3, [('a', 'f4'), ('b', 'i8')]))
    f.create_dataset('complex', data=np.zeros(3, 'c8'))
    f.create_dataset('sequence', (2,), dtype=h5py.vlen_dtype('i4'))
    f.create_dataset('reference', data=[f.ref], dtype=h5py.ref_dtype)
    f.create_dataset('array', (2,), dtype=np.dtype(('f4', (3,))))
    f.create_dataset('scaleoffset', data=numbers((4, 4), 'i4'), scaleoffset=0, chunks=(2, 2))
    f.create_dataset('external_data', (4,), 'f4', external=[('elsewhere.bin', 0, 16)])
    layout = h5py.VirtualLayout((4,), 'f4')
    layout[:] = h5py.VirtualSource('elsewhere.h5', 'x', (4,))
    f.create_virtual_dataset('virtual', layout)
    f['external'] = h5py.ExternalLink('elsewhere.h5', '/x')
    f['dangling'] = h5py.SoftLink('/nowhere/at/all')
    f['circle'] = h5py.SoftLink('/circle')
    f['circle_a'] = h5py.SoftLink('circle_b')
    f['circle_b'] = h5py.SoftLink('circle_a')
    f.attrs.create('compound', np.zeros(2, [('a', 'f4'), ('b', 'i8')]))


def chunks(f):
    x = numbers((13, 9), 'f4')
    f.create_dataset('plain', data=x, chunks=(4, 4))
    f.create_dataset('gzip', data=x, chunks=(4, 4), compression='gzip')
    f.create_dataset('gzip_shuffle', data=x, chunks=(5, 9), compression='gzip', shuffle=True)
    f.create_dataset('lzf', data=np.tile(x, (2, 4)), chunks=(13, 36), compression='lzf')
    f.create_dataset('lzf_shuffle', data=np.tile(x, (2, 4)), chunks=(13, 12), compression='lzf', shuffle=True)
    f.create_dataset('fletcher32', data=numbers((5, 3), 'i2'), chunks=(2, 3), fletcher32=True)
    f.create_dataset('fletcher32_odd', data=numbers((7,), 'i1'), chunks=(7,), fletcher32=True)
    f.create_dataset('all', data=x, chunks=(4, 9), compression='gzip', shuffle=True, fletcher32=True)
    f.create_dataset('big_endian', data=numbers((6, 7), '>f8'), chunks=(4, 4), compression='gzip', shuffle=True)
    f.create_dataset('cube', data=numbers((5, 6, 7), 'i4'), chunks=(2, 6, 7))
    f.create_dataset('cube_small', data=numbers((3, 4, 5), 'u1'), chunks=(2, 3, 2), compression='gzip')
    f.create_dataset('larger_chunk', data=numbers((3, 3), 'f4'), chunks=(8, 8), maxshape=(8, 8))
    f.create_dataset('text', data=['a', 'bc', '', 'def', 'ghij'], dtype=h5py.string_dtype(), chunks=(2,))
    f.create_dataset('many', data=numbers((400,), 'i2'), chunks=(1 if f.libver[0] == 'earliest' else 2,))
    d = f.create_dataset('holes', (6, 6), 'f4', chunks=(2, 2), fillvalue=2.5)
    d[2:4, 2:4] = 1
    f.create_dataset('unwritten', (5,), 'i4', fillvalue=7)
    f.create_dataset('unwritten_zero', (5,), 'i4', chunks=(2,))


def chunks_new(f):
    chunks(f)
    f.create_dataset('single', data=numbers((6, 6), 'f4'), chunks=(6, 6))
    f.create_dataset('single_gzip', data=numbers((6, 6), 'f4'), chunks=(6, 6), compression='gzip')
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 4))
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    d = h5py.Dataset(h5py.h5d.create(f.id, b'implicit', h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((10, 6)), plist))
    d[:] = numbers((10, 6), 'f4')
    f.create_dataset('paged', data=numbers((1100,), 'u1'), chunks=(1,))
    d = f.create_dataset('paged_holes', (40, 70), 'u1', chunks=(1, 1), fillvalue=9)
    d[3, 4] = 1
    d[39, 69] = 2
    f.create_dataset('growing', data=numbers((90, 3), 'i2'), chunks=(1, 2), maxshape=(None, 3))
    f.create_dataset('growing_right', data=numbers((3, 90), 'i2'), chunks=(2, 1), maxshape=(3, None))
    f.create_dataset('growing_gzip', data=numbers((40,), 'i4'), chunks=(3,), maxshape=(None,), compression='gzip')
    d = f.create_dataset('growing_far', (140000,), 'u1', chunks=(1,), maxshape=(None,))
    for i in (0, 1, 5, 100, 5000, 70000, 131060, 139999):
        d[i] = i % 251 + 1
    f.create_dataset('growing_both', data=numbers((20, 9), 'i4'), chunks=(2, 2), maxshape=(None, None))
    f.create_dataset('growing_both_gzip', data=numbers((9, 9), 'i4'), chunks=(2, 2), maxshape=(None, None),
                     compression='gzip', shuffle=True)


def attributes(f):
    a = f.attrs
    a['text'] = 'Füße'
    a['text_fixed'] = np.bytes_(b'fixed')
    a['texts'] = ['a', 'bb', 'ccc']
    a['texts_fixed'] = np.array([b'a', b'bb', b'ccc'])
    a['int'] = 42
    a['int8'] = np.int8(-1)
    a['float'] = 0.5
    a['half'] = np.float16(0.25)
    a['true'] = True
    a['false'] = np.bool_(False)
    a['array'] = np.arange(6, dtype='i4').reshape(2, 3)
    a['big_endian'] = np.array([1, 2], '>i4')
    a['null'] = h5py.Empty('f4')
    a['null_text'] = h5py.Empty(h5py.string_dtype())
    a['none'] = np.zeros(0)
    a['none_text'] = np.zeros(0, 'S1')
    a['long'] = json.dumps({'layers': [f'layer_{i}' for i in range(1500)]})
    d = f.create_dataset('dense/kernel', data=numbers((2, 3), 'f4'))
    d.attrs['note'] = 'of a dataset'
    d.attrs['größe/日本'] = 7


def split(f):
    names = [f'a_rather_long_layer_name_of_a_model_with_many_of_them_{i:05d}'.encode() for i in range(1300)]
    for k in range(2):
        f.attrs[f'layer_names{k}'] = np.array(names[650 * k:650 * k + 650])
    f.attrs['weight_names'] = np.zeros(0)


def groups(f):
    d = f.create_dataset('shared', data=numbers((2, 2), 'f4'))
    g = f.create_group('many')
    for i in range(700):
        g[f'dense_{i}'] = d
    n = f
    for i in range(12):
        n = n.create_group(f'level_{i}')
    n['deep'] = numbers((2,), 'i4')
    u = f.create_group('über/日本語/a\\b\\c')
    u['😀 x:0'] = numbers((1,), 'f4')
    f['soft'] = h5py.SoftLink('/shared')
    f['soft_relative'] = h5py.SoftLink('many/dense_3')
    f['soft_soft'] = h5py.SoftLink('soft')
    f['level_0/soft_up'] = h5py.SoftLink('/über/日本語')
    f['level_0/self'] = f['level_0']
    f['level_0/level_1/root'] = f['/']


def ordered(f):
    g = f.create_group('ordered', track_order=True)
    for n in ('c', 'a', 'b'):
        g[n] = numbers((1,), 'i1')
    g = f.create_group('ordered_many', track_order=True)
    for i in range(20):
        g[f'm{97 * i % 20}'] = f['ordered/a']
    d = f.create_dataset('dense_attributes', data=numbers((1,), 'f4'), track_order=True)
    for i in range(20):
        d.attrs[f'a{97 * i % 20}'] = i
    d.attrs['huge'] = np.array([b'%05d' % i for i in range(1500)])
    e = f.create_group('dense_names')
    for i in range(60):
        e.attrs[f'name_{i}'] = f'value {i}'


def keras(f):
    f.attrs['keras_version'] = '3.15.1'
    f.attrs['backend'] = 'tensorflow'
    f.attrs['model_config'] = json.dumps({'class_name': 'Sequential', 'config': {'name': 'sequential', 'layers': []}})
    w = f.create_group('model_weights')
    w.attrs['layer_names'] = np.array([b'dense', b'flatten'])
    g = w.create_group('dense')
    g.attrs['weight_names'] = np.array([b'dense/kernel', b'dense/bias'])
    g['dense/kernel'] = numbers((4, 3), 'f4')
    g['dense/bias'] = numbers((3,), 'f4')
    w.create_group('flatten').attrs['weight_names'] = np.zeros(0)
    v = f.create_group('layers/dense/vars')
    v.attrs['name'] = 'dense'
    v['0'] = numbers((4, 3), 'f2')
    opaque(v, '1', [0x3f80, 0, 0x4000], 'bfloat16')


def bomb(f):
    f.create_dataset('bomb', (1 << 30,), 'i1', chunks=(1 << 27,), compression='gzip', compression_opts=9)
    d = f['bomb'].id
    packed = zlib.compressobj(9)
    stream = b''.join(packed.compress(bytes(1 << 20)) for _ in range(128)) + packed.flush()
    d.write_direct_chunk((0,), stream)
    d = f.create_dataset('endless', (2, 1 << 30, 1 << 30), 'i1', chunks=(1, 1, 4))
    d[1, 0, (1 << 30) - 1] = 5
    d[1, 1, 0] = 6
    f.create_dataset('hole', (1 << 40,), 'f4')
    f.create_dataset('hole_chunked', (1 << 29,), 'f4', chunks=(1 << 20,))


# --- what h5py reads

def kind(tid):
    if isinstance(tid, h5py.h5t.TypeStringID):
        return 'string'
    if isinstance(tid, h5py.h5t.TypeOpaqueID) and tid.get_size() == 2:
        return 'bfloat16'
    if isinstance(tid, h5py.h5t.TypeFloatID) and tid.get_size() == 2 and tid.get_fields()[2] == 8:
        return 'bfloat16'
    return tid.dtype.name


def line(path, tid, space, read, raw_read=None):
    null = space.get_simple_extent_type() == h5py.h5s.NULL
    shape = (0,) if null else space.get_simple_extent_dims()
    name = kind(tid)
    crc = 0
    if np.prod(shape):
        v = raw_read() if name == 'bfloat16' and raw_read else read()
        if name == 'string':
            for s in np.asarray(v, dtype=object).reshape(-1):
                crc = zlib.crc32((s if isinstance(s, bytes) else s.encode()) + b'\n', crc)
        else:
            v = np.ascontiguousarray(v)
            crc = zlib.crc32(v.astype(v.dtype.newbyteorder('<')).tobytes())
    return f'{path} {name} {"x".join(map(str, shape)) or "scalar"} {crc:08x}'


def raw_bits(d):
    out = np.zeros(d.shape, '<u2')
    d.id.read(h5py.h5s.ALL, h5py.h5s.ALL, out, d.id.get_type())
    return out


def describe(o, path, out):
    for n in sorted(o.attrs, key=lambda s: s.encode()):
        a = o.attrs.get_id(n)
        out.append(line(f'{path}@{n}', a.get_type(), a.get_space(), lambda: o.attrs[n]))
    if isinstance(o, h5py.Dataset):
        out.append(line(path, o.id.get_type(), o.id.get_space(), lambda: o[()], lambda: raw_bits(o)))
    elif isinstance(o, h5py.Group):
        out.append(f'{path} group of {len(o)}')
        if path.count('/') < 16 and not path.endswith(('/self', '/root')):
            for n in o:
                describe(o[n], path.rstrip('/') + '/' + n, out)


def foreign(f):
    """Weights as .weights.h5 has them, and beside them records, sequences and names for the same things."""
    f['layers/dense/vars/0'] = np.arange(6, dtype='f4').reshape(2, 3)
    f['records'] = np.array([(1, 2.5, b'ab'), (3, -1.5, b'c')], [('i', 'i4'), ('x', 'f8'), ('s', 'S4')])
    f['records'].attrs['unit'] = np.array([(1, 2)], [('a', 'i2'), ('b', 'i2')])
    f['complex'] = np.array([1 + 2j], 'c8')
    sequences = f.create_dataset('sequences', (2,), dtype=h5py.vlen_dtype('i4'))
    sequences[0], sequences[1] = [1, 2], [3]
    f['alias'] = f['layers/dense']
    f['soft'] = h5py.SoftLink('/layers/dense/vars/0')
    f['dangling'] = h5py.SoftLink('/nothing')


def make(name, fill, **how):
    with h5py.File(name + '.h5', 'w', **how) as f:
        fill(f)
    if fill not in (refused, bomb, foreign):
        out = []
        with h5py.File(name + '.h5', 'r') as f:
            describe(f, '/', out)
        with open(name + '.txt', 'w', encoding='utf-8', newline='\n') as t:
            t.write('\n'.join(out) + '\n')
    with open(name + '.h5', 'rb') as h, gzip.GzipFile(name + '.h5.gz', 'wb', 9, mtime=0) as z:
        z.write(h.read())
    print(name, os.path.getsize(name + '.h5'), os.path.getsize(name + '.h5.gz'))
    os.remove(name + '.h5')


if __name__ == '__main__':
    for age, how in (('old', OLD), ('new', NEW)):
        make('types_' + age, types, **how)
        make('groups_' + age, groups, **how)
        make('attributes_' + age, attributes, **how)
        make('keras_' + age, keras, **how)
    make('chunks_old', chunks, **OLD)
    make('chunks_new', chunks_new, **NEW)
    make('ordered', ordered, **NEW)
    make('split', split, **OLD)
    make('refused', refused, **OLD)
    make('bomb', bomb, **OLD)
    make('foreign', foreign, **OLD)
    make('user_block', keras, userblock_size=512, **OLD)
    make('superblock_2', keras, libver=('v108', 'v108'))
