// Trains the workload `tiny` in the wasm module.
//   node wasm-test.mjs <module> [<file of bit patterns>]
// Prints the losses of 1,000 steps as bit patterns or, given a file of them, compares: exit 1 at the first
// difference. Then trains on, and checks that the memory has stopped growing.
import { readFileSync } from "node:fs";

const STEPS = 1000;
const LAST_STEP = 20000;

const [modulePath, expectedPath] = process.argv.slice(2);
if (!modulePath) stop("usage: wasm-test.mjs <module> [<file of bit patterns>]", 2);

function stop(message, status = 1) {
  console.error(message);
  process.exit(status);
}

const bytes = readFileSync(modulePath);
const { instance } = await WebAssembly.instantiate(bytes, {});
const { memory, adjoint_tiny_start, adjoint_tiny_step, adjoint_tiny_losses } = instance.exports;

/** The losses of the next steps as bit patterns in hexadecimal. */
function train(count) {
  const last = adjoint_tiny_step(count);
  const losses = adjoint_tiny_losses();
  const bits = [...new Uint32Array(memory.buffer, losses, count)];
  if (!Object.is(last, new Float32Array(memory.buffer, losses, count)[count - 1])) {
    stop(`the last of ${count} losses is not the one returned`);
  }
  return bits.map((word) => word.toString(16).padStart(8, "0"));
}

function compare(found, expected) {
  if (expected.length !== STEPS) stop(`${expectedPath} has ${expected.length} lines, not ${STEPS}`);
  for (let step = 0; step < STEPS; step++) {
    if (found[step] !== expected[step]) {
      stop(`step ${step + 1}: the loss is ${found[step]} in wasm and ${expected[step]} natively`);
    }
  }
  console.log(`same bits: ${STEPS} steps`);
}

function checkRepeatable(first) {
  adjoint_tiny_start(0);
  const again = [];
  for (let step = 0; step < STEPS; step++) again.push(...train(1));
  const place = again.findIndex((bits, step) => bits !== first[step]);
  if (place >= 0) stop(`step ${place + 1}: started again, the loss is ${again[place]}, not ${first[place]}`);
}

function checkSteady() {
  const before = memory.buffer.byteLength;
  const start = performance.now();
  for (let step = STEPS; step < LAST_STEP; step += STEPS) adjoint_tiny_step(STEPS);
  const microseconds = ((performance.now() - start) * 1000) / (LAST_STEP - STEPS);
  const after = memory.buffer.byteLength;
  if (after !== before) stop(`memory grew from ${before} to ${after} bytes between steps ${STEPS} and ${LAST_STEP}`);
  console.log(`steady memory: ${after} bytes`);
  console.log(`time per step: ${microseconds.toFixed(1)} µs`);
}

adjoint_tiny_start(0);
const losses = train(STEPS);
if (expectedPath) {
  compare(losses, readFileSync(expectedPath, "utf8").trim().split("\n"));
  checkRepeatable(losses);
  checkSteady();
  console.log(`module: ${bytes.length} bytes`);
} else {
  console.log(losses.join("\n"));
}
