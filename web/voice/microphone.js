/** The patient's microphone: frames of 512 samples, PCM16LE mono 16 kHz, until it is closed. */

const WANTED = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

export class Microphone {
  #stream;
  #context;
  #node;

  /** Opens it; throws where there is none, or it is not allowed. `hear` gets every frame while `muted` is false. */
  static async open(hear) {
    if (!navigator.mediaDevices) throw new Error("microphone");
    const microphone = new Microphone();
    await microphone.#start(hear);
    return microphone;
  }

  muted = false;

  async #start(hear) {
    this.#stream = await navigator.mediaDevices.getUserMedia(WANTED);
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule(new URL("resample.worklet.js", import.meta.url));
    this.#node = new AudioWorkletNode(this.#context, "resample", { numberOfOutputs: 0 });
    this.#node.port.onmessage = ({ data }) => this.muted || hear(data);
    this.#context.createMediaStreamSource(this.#stream).connect(this.#node);
    await this.#context.resume();
  }

  async close() {
    for (const track of this.#stream.getTracks()) track.stop();
    this.#node.port.onmessage = null;
    await this.#context.close();
  }
}
