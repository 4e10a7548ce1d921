/** Before the page's own scripts: its microphone hears what the test plays, and the kiosk's worklet can be tried at once. */

const context = new AudioContext();
const air = context.createMediaStreamDestination();
navigator.mediaDevices.getUserMedia = async () => {
  await context.resume();
  return air.stream;
};

const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;

/** Plays a WAV into the microphone; done when it has been said. */
window.utter = async (wav) => {
  const source = context.createBufferSource();
  source.buffer = await context.decodeAudioData(bytes(wav));
  source.connect(air);
  return new Promise((resolve) => {
    source.onended = resolve;
    source.start();
  });
};

/** What the page's worklet makes of a WAV, as base64 of PCM16, without waiting for it to be played. */
window.frames16k = async (wav, seconds) => {
  const rate = context.sampleRate;
  const offline = new OfflineAudioContext(1, Math.ceil(seconds * rate), rate);
  await offline.audioWorklet.addModule("/voice/resample.worklet.js");
  const node = new AudioWorkletNode(offline, "resample", { numberOfOutputs: 1 });
  const frames = [];
  node.port.onmessage = ({ data }) => frames.push(new Uint8Array(data));
  const source = offline.createBufferSource();
  source.buffer = await offline.decodeAudioData(bytes(wav));
  source.connect(node).connect(offline.destination);
  source.start();
  await offline.startRendering();
  const count = Math.floor((seconds * 16000) / 512) - 1;
  while (frames.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  return btoa(frames.map((frame) => String.fromCharCode(...frame)).join(""));
};
