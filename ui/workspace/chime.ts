import { preferences } from "./preferences.ts";

let context: AudioContext | null = null;

/** A soft sound, if the worker wants one. The browser allows it because Start was pressed before. */
export function chime(): void {
  if (!preferences().sound) return;
  context ??= new AudioContext();
  const { currentTime } = context;
  const tone = new OscillatorNode(context, { frequency: 660 });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.linearRampToValueAtTime(0.08, currentTime + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, currentTime + 0.35);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(currentTime + 0.4);
}
