// Seven steps: a sentence, a question that is answered by trying, and the theorem with its proof folded under it.
function startLesson(plane) {
  const { softmax } = plane, facts = () => softmax.facts;
  if (!softmax) return;
  // T1 holds for as many classes as there are features, and one more.
  const { d } = softmax, most = d + 1, classes = () => softmax.active.length, few = () => classes() <= most, enough = classes() <= most;
  const choice = d === 2 ? "three classes" : `at most ${most} classes`;
  const steps = [
    { title: "Cells", sentence: "A softmax layer gives each class the score w·x + b; the largest wins. So the plane falls into cells.",
      question: "Drag a class's ring in the softmax plane. Do the cells stay straight-edged?",
      tried: () => softmax.moved, answer: "Yes: two scores are equal on a line, whatever the weights.",
      theorem: "Cells of a linear layer are intersections of half-planes.",
      proof: "Class k wins where (w_k − w_l)·x ≥ b_l − b_k for all l: one half-plane for each l." },
    { title: "Centroids", sentence: (enough ? "" : `Choose ${choice} (press the others off). `) + "The thin lines, where the nearest ring changes, lie on the colours' borders.",
      question: "Drag rings about. Does T1's number ever leave 0 by more than rounding?",
      tried: () => few() && softmax.moved, answer: "No: about 10⁻¹³, and 0 points whose nearest ring is not their class.",
      theorem: "T1. There is a shift v such that, with z_k = α w_k + v, softmax(Wx + b) = softmax(−|x − z_k|² / 2α) for every x: the prediction is the nearest centroid.",
      proof: "Let v and t solve w_k·v + t = −b_k − (α/2)|w_k|² for all k. Then −|x − z_k|²/2α = w_k·x − (α/2)|w_k|² − w_k·v + C(x) = w_k·x + b_k + t + C(x), and what all classes share cancels. With c classes there are c equations for d + 1 unknowns: with " + d + " features that serves " + most + " classes." },
    { title: "The lift", sentence: "With more classes than features allow, the equations have no solution; one more dimension makes up for it.",
      question: enough ? `Here ${d} features are enough. Move the shift v instead (choose it under “Dragging”). Which bars under “The lift” are not 0?`
        : `Take ${most + 1} classes or more. Which bars under “The lift” are not 0, and what does T2's number say?`,
      tried: () => softmax.lifts().some((lift) => lift > 0),
      answer: "All but one or few, whose s_k is the largest; the number stays at rounding: lifted distances are exact.",
      theorem: "T2. For any v let s_k = b_k + (α/2)|w_k|² + w_k·v, and lift z_k by h_k = √(2α (max s − s_k)). Then T1 holds for every layer.",
      proof: "h_k² joins |x − z_k|². Divided by −2α, what depends on k is w_k·x − (α/2)|w_k|² − w_k·v + s_k − max s = w_k·x + b_k − max s." },
    { title: "The circle", sentence: "The bias decides how far centroids are from the origin.",
      question: `${enough ? "C" : `Choose ${choice}, c`}hange a bias, then press “Set the bias to 0”. Where do the centroids lie?`,
      tried: () => softmax.b.every((value) => value === 0) && few(),
      answer: `On a ${d === 2 ? "circle" : "sphere"} around the origin, the cross: softmax without bias can tell classes apart by direction alone.`,
      theorem: "Without bias all |z_k|, lifted, are equal.",
      proof: "|z_k|² + h_k² = α²|w_k|² + 2α w_k·v + |v|² + 2α(max s − s_k) = |v|² + 2α max s, as b_k = 0." },
    { title: "k-means", sentence: "k-means gives each point to its nearest centroid. By T1 that is what softmax does.",
      question: "Click a point of a plane. Can k-means gain by moving it to another class?",
      tried: () => plane.point !== null, answer: "Never: every bar is 0 or more, 0 for its own class.",
      theorem: "T3. Moving a point from its class k to l costs k-means exactly 2α (logit_k − logit_l).",
      proof: "The objective is a sum over points, each with its own centroid. The difference of two squared distances is −2α times that of the logits. (The other half of k-means, centroids to means, is a button here: softmax's are not the means.)" },
    { title: "To infinity", sentence: "Softmax cells reach to infinity.",
      question: "With a point chosen, look at the curves along its ray. Which head is sure of what it never saw?",
      tried: () => plane.point !== null, answer: "Softmax: its confidence rises to 1. That of Gauss falls to 0.",
      theorem: "Without bias class(s x) = class(x) for all s > 0, and the confidence tends to 1; a Gauss confidence exp(−γ|s x − z|²) tends to 0.",
      proof: "All logits are multiplied by s, so their order stays and their gaps grow. And |s x − z| ≥ s|x| − |z|." },
    { title: "Break it", sentence: "A theorem that cannot fail would be empty. This one needs the layer's own centroids.",
      question: "Press “Break it” and read the first two numbers.",
      tried: () => softmax.broken, answer: "They are no longer 0: the moved ring is no longer what the weights say. Press “Mend it”.",
      theorem: "T4. Cross-entropy is made of the same distances: CE = |x − z_y|²/2α − |x − m|²/2α − Σ p_k p_l |z_k − z_l|²/4α + H(p), m = Σ p_k z_k.",
      proof: "−ln p_k = |x − z_k|²/2α + N with one N for all k. CE is this for k = y; H(p) is its mean under p, which gives N; and the mean of |x − z_k|² under p is |x − m|² plus p's variance." },
  ];
  let at = Math.min(Math.max((Number(address.given("lesson")) || 1) - 1, 0), steps.length - 1), answered = false;
  const box = element("lesson"), tag = (name, text) => Object.assign(document.createElement(name), { textContent: text });

  function show() {
    const step = steps[at], heading = tag("h2", `Lesson ${at + 1} of ${steps.length}: ${step.title}`);
    const answer = tag("p", ""), more = document.createElement("details"), buttons = document.createElement("div");
    answer.id = "answer";
    answer.setAttribute("role", "status");
    more.append(tag("summary", "The theorem and its proof"), tag("p", step.theorem), tag("p", "Proof. " + step.proof));
    buttons.className = "buttons";
    const button = (text, move) => {
      const one = tag("button", text);
      one.disabled = at + move < 0 || at + move >= steps.length;
      one.addEventListener("click", () => { at += move; answered = false; softmax.moved = false; address.keep("lesson", at ? at + 1 : null); show(); });
      return one;
    };
    const reveal = tag("button", "Show the answer");
    reveal.addEventListener("click", () => { answered = true; tell(); });
    buttons.append(button("Back", -1), reveal, button("Next", 1));
    box.replaceChildren(heading, tag("p", step.sentence), tag("p", step.question), answer, more, buttons);
    tell();
  }
  function tell() {
    if (!answered && facts() && steps[at].tried()) answered = true;
    element("answer").textContent = answered ? steps[at].answer : "";
  }
  show();
  setInterval(tell, 300);
}
