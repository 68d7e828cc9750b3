// The compiled library (module.cpp): `await loadModule(bytes)` gives an object with its functions, which take numbers
// and typed arrays. An array that a function writes is wrapped: out(new Float64Array(5)). Texts are passed as they are.
// Long searches call progress(decided, all) on the way.
"use strict";

const out = (array) => ({ written: array });

async function loadModule(bytes, progress = () => {}) {
  let memory;
  const text = (at) => {
    const whole = new Uint8Array(memory.buffer);
    return new TextDecoder().decode(whole.subarray(at, whole.indexOf(0, at)));
  };
  const ignore = () => 0;
  const { instance } = await WebAssembly.instantiate(bytes, {
    page: { fail: (words) => { throw new Error(text(words)); }, progress },
    env: { emscripten_notify_memory_growth: ignore },
    wasi_snapshot_preview1: {  // what C++'s library asks of a system
      clock_time_get: (clock, precision, at) => {
        new DataView(memory.buffer).setBigUint64(at, BigInt(Math.round(performance.now() * 1e6)), true);
        return 0;
      },
      environ_sizes_get: (count, size) => {
        new Uint32Array(memory.buffer)[count >> 2] = new Uint32Array(memory.buffer)[size >> 2] = 0;
        return 0;
      },
      environ_get: ignore,
      proc_exit: (status) => { throw new Error("the module ended with " + status); },
      fd_write: ignore, fd_seek: ignore, fd_close: ignore, fd_read: ignore,
    },
  });
  const raw = instance.exports;
  memory = raw.memory;
  raw._initialize();

  const call = (name) => (...given) => {
    const stack = raw.stackSave(), copies = [];
    const pass = (value) => {
      if (typeof value === "number") return value;
      if (typeof value === "string") value = new TextEncoder().encode(value + "\0");
      const array = value.written ?? value, at = raw.allocate(Math.max(array.byteLength, 1));
      new Uint8Array(memory.buffer, at, array.byteLength)
        .set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      copies.push([at, value.written]);
      return at;
    };
    try {
      const result = raw[name](...given.map(pass));
      for (const [at, array] of copies)
        if (array) new Uint8Array(array.buffer).set(new Uint8Array(memory.buffer, at, array.byteLength));
      return result;
    } finally {
      raw.stackRestore(stack);  // where an error left it
      for (const [at] of copies) raw.release(at);
    }
  };
  const module = {};
  for (const name in raw) if (typeof raw[name] === "function" && name[0] !== "_") module[name] = call(name);
  return module;
}
