// A sound for each outcome, made here: nobody has to look up to know.
"use strict";

const sounds = (() => {
  const tones = {
    ADMIT: [[880, 0, 0.09, "sine"], [1320, 0.1, 0.16, "sine"]],
    REFER: [[620, 0, 0.14, "triangle"], [620, 0.22, 0.14, "triangle"]],
    REFUSE: [[196, 0, 0.5, "square"], [147, 0.5, 0.45, "square"]],
    PROBLEM: [[240, 0, 0.2, "square"], [240, 0.3, 0.2, "square"], [240, 0.6, 0.2, "square"]],
  };
  let context = null;

  // Browsers keep silent until the page was touched once.
  const wake = () => {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wake, { passive: true });

  const play = (outcome) => {
    if (!context || context.state !== "running" || !tones[outcome]) return;
    for (const [frequency, after, seconds, shape] of tones[outcome]) {
      const start = context.currentTime + after;
      const tone = new OscillatorNode(context, { frequency, type: shape });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(shape === "square" ? 0.25 : 0.5, start + 0.01);
      volume.gain.setTargetAtTime(0, start + seconds - 0.03, 0.015);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + seconds + 0.1);
    }
  };
  return { play };
})();
