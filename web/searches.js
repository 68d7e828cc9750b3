// Long searches about a picture, by workers with a module of their own: the page goes on meanwhile, and may stop them.
const workerText = `${loadModule}; const out = ${out}; let M, networks = {}, attack = 0;
  const tasks = {
    exact: ({ network, pixels, label }) => {
      const counts = new Int32Array(pixels.length), facts = new Int32Array(7);
      M.exact(network, pixels, label, out(counts), out(facts));
      return { counts, facts };
    },
    begin: ({ network, pixels, label, seed }) => {
      if (attack) M.end_attack(attack);
      attack = M.start_attack(network, pixels, label, seed);
      return tasks.step();
    },
    step: () => {
      const population = new Int32Array(2 * M.attack_population()), best = new Float64Array(1), facts = new Int32Array(6);
      M.step_attack(attack, out(population), out(best), out(facts));
      return { population, best: best[0], facts };
    },
  };
  onmessage = async ({ data: { bytes, task, of, ...more } }) => {
    try {
      M ??= await loadModule(bytes, (decided, all) => postMessage({ decided, all }));
      const network = of && (networks[of.name] ??= M.network(of.settings, of.weights, of.weights.length));
      postMessage(tasks[task]({ network, ...more }));
    } catch (error) { postMessage({ error: error.message }); }
  };`;

// ask(message, answer): answer is called with what the task gives, { decided, all } before it, or { error }.
function searcher(bytes) {
  let worker = null;
  return {
    ask(message, answer) {
      worker ??= new Worker(URL.createObjectURL(new Blob([workerText], { type: "text/javascript" })));
      worker.onmessage = ({ data }) => answer(data);
      worker.postMessage({ bytes, ...message });
    },
    stop() {
      worker?.terminate();
      worker = null;
    },
  };
}
// Of a network, what a worker needs to have it, too.
const sent = ({ name, settings, weights }) => ({ name, settings, weights });

// Every change of one pixel.
function startExact(data, networks, bytes, picture) {
  const told = element("verdict"), worker = searcher(bytes), stop = element("every-stop");
  let asking = false;
  const end = () => { asking = false; stop.hidden = true; };
  const reset = () => {
    if (asking) worker.stop();
    end();
    delete told.dataset.facts;
  };
  function every(network) {
    reset();
    const label = picture.classOf(network), begin = performance.now();
    asking = true;
    stop.hidden = false;
    told.textContent = `Bounds of every pixel of this picture, for ${network.head} ...`;
    worker.ask({ task: "exact", of: sent(network), pixels: picture.pixels(), label }, ({ counts, facts, decided, all: places, error }) => {
      if (decided !== undefined) {
        told.textContent = `${network.head}: ${Math.floor(100 * decided / places)} % of the pixels are decided.`;
        told.dataset.decided = decided;
        return;
      }
      end();
      if (error) return void (told.textContent = error);
      const seconds = ((performance.now() - begin) / 1000).toFixed(1), { changes } = picture;
      told.textContent = facts[3] ? `None of the ${changes} changes of one pixel moves ${network.head} from ${data.classes[label]}: proven, in ${seconds} s.`
        : `${facts[0].toLocaleString("en")} of ${changes} changes move ${network.head} from ${data.classes[label]}, at ${facts[1]} pixels` +
          (facts[2] ? `, and ${facts[2]} are too near a tie for floats to tell` : "") +
          (facts[4] >= 0 ? `; the cursor is at one, which becomes ${data.classes[facts[6]]} with the value ${facts[5]}` : "") + `. In ${seconds} s.`;
      told.dataset.facts = facts.join(" ");
      picture.showHeat(counts, facts[4] >= 0 ? facts[4] : null);
    });
  }
  stop.addEventListener("click", () => { reset(); told.textContent = "Stopped."; });
  for (const head of ["softmax", "gauss"]) {
    const network = networks.find((one) => (one.head === "softmax") === (head === "softmax"));
    element("every-" + head).hidden = !network;
    if (network) element("every-" + head).addEventListener("click", () => every(network));
  }
  return { reset };
}

// The attack that looks for a flip, generation by generation.
function startAttack(data, networks, bytes, picture) {
  const told = element("attack-said"), worker = searcher(bytes), curve = element("generations"), run = element("attack-run");
  let best = [], last = [], asking = false, running = false, ended = false, label = 0, network = networks[0];
  const chosen = () => networks[element("attacked").value];
  element("attacked").replaceChildren(...networks.map((one, i) => new Option(one.head, i)));
  const buttons = () => {
    run.textContent = running ? "Pause" : "Run";
    element("attack-step").disabled = running || ended;
    run.disabled = ended;
  };
  function reset() {
    if (asking) worker.stop();
    best = [];
    last = [];
    asking = running = ended = false;
    told.textContent = "";
    curve.hidden = true;
    buttons();
  }
  function step() {
    if (asking || ended) return;
    asking = true;
    if (!best.length) [network, label] = [chosen(), picture.classOf(chosen())];
    worker.ask(best.length ? { task: "step" } : { task: "begin", of: sent(network), pixels: picture.pixels(), label, seed: 0 }, answer);
  }
  function answer({ population: members, best: least, facts, error }) {
    asking = false;
    if (error) {
      reset();
      told.textContent = error;
      return;
    }
    best.push(least);
    ended = facts[2] === 1;
    running = running && !ended;
    told.textContent = `Generation ${facts[0]}, ${facts[1].toLocaleString("en")} pictures asked about: ${network.head}'s confidence in ` +
      `${data.classes[label]} is ${percent(least)} at the least.` + (!ended ? "" : facts[3] < 0 ? " It found no flip, which proves nothing."
        : ` A flip: ${picture.placeOf(facts[3])} with the value ${facts[4]} makes it ${data.classes[facts[5]]}.`);
    told.dataset.facts = facts.join(" ");
    last = members;
    picture.showPopulation(members);
    if (facts[3] >= 0) picture.choose(facts[3]);
    drawCurve();
    buttons();
    if (running) step();
  }
  // The least confidence in the class, by generation.
  function drawCurve() {
    curve.hidden = false;
    const { context, size: across, height: high } = sharp(curve), last = Math.max(10, best.length - 1);
    context.strokeStyle = styled("--line");
    context.strokeRect(8, 8, across - 16, high - 28);
    context.strokeStyle = styled("--bar");
    context.lineWidth = 2;
    context.beginPath();
    best.forEach((value, i) => context.lineTo(8 + (across - 16) * i / last, high - 20 - (high - 28) * value));
    context.stroke();
    context.fillStyle = styled("--bar");
    best.forEach((value, i) => context.fillRect(6 + (across - 16) * i / last, high - 22 - (high - 28) * value, 4, 4));
    context.font = "13px system-ui, sans-serif";
    context.fillStyle = styled("--quiet");
    context.fillText("Least confidence, 0 to 100 %, by generation", 12, high - 5);
  }
  element("attack-step").addEventListener("click", step);
  run.addEventListener("click", () => {
    running = !running;
    buttons();
    if (running) step();
  });
  element("attacked").addEventListener("change", picture.forget);
  buttons();
  return { reset, known: () => ({ best, population: [...last] }) };
}
