// Images per second of an ONNX model on noise, by ONNX Runtime; bench_peers.py starts it.
// usage: node bench_onnxruntime.mjs FOLDER MODEL THREADS SECONDS BATCH
// FOLDER holds node_modules/onnxruntime-node.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, model, ...numbers] = process.argv.slice(2);
const [threads, seconds, batch] = numbers.map(Number);
const ort = createRequire(resolve(folder) + "/")("onnxruntime-node");

const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: "all",
});
const shape = [batch, ...session.inputMetadata[0].shape.slice(1)];
const size = shape.reduce((product, n) => product * n);
const images = new ort.Tensor("float32", Float32Array.from({ length: size }, Math.random), shape);
const run = () => session.run({ [session.inputNames[0]]: images });

await run();
const start = performance.now();
const elapsed = () => (performance.now() - start) / 1000;
let runs = 0;
for (; elapsed() < seconds; ++runs) await run();
console.log((runs * batch) / elapsed());
