// The camera: asks for a picture of 1080 lines or more, looks at it about eight times a second, hints to move closer, and
// gives the camera back as soon as a certificate's code is read. Other codes are passed by.

import { h } from '../page/dom.js';
import { t } from '../page/messages.js';
import { CameraError } from './camera-error.js';
import { looksLikeCredential } from './looks.js';
import { draw } from './picture.js';
import { lookAtFrame, readLarge } from './qr.js';

/** Between two looks, in milliseconds. */
const PAUSE = 120;
/** Looks without a code until the hint to move closer. */
const PATIENCE = 25;
/** A code narrower than this share of the frame is too small to be read well. */
const NARROW = 0.35;
/** Longest side of what is looked at: a 4K frame holds no more that matters. */
const SIDE = 1_920;
/** Every so many looks the large decoder is asked too. */
const SECOND_OPINION = 15;

/** Shows the camera in `place` until certificates' codes are read (their texts), or `signal` stops it (none). */
export async function scan(place: HTMLElement, signal: AbortSignal): Promise<string[]> {
  const stream = await open();
  const video = h('video', { playsinline: true, muted: true, autoplay: true, 'aria-label': t('scan.video') });
  video.muted = true;
  const hint = h('p', { class: 'hint', role: 'status' }, t('scan.aim'));
  place.replaceChildren(h('div', { class: 'finder' }, video, h('span', { class: 'frame' })), hint, ...torch(stream));
  place.hidden = false;
  try {
    video.srcObject = stream;
    await video.play();
    place.scrollIntoView({ block: 'center' });
    return await look(video, hint, signal);
  } finally {
    for (const track of stream.getTracks()) track.stop();
    place.replaceChildren();
    place.hidden = true;
  }
}

async function open(): Promise<MediaStream> {
  // A page that is not served securely has no `mediaDevices` at all.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new CameraError('none');
  try {
    return await devices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: 'environment' }, width: { ideal: 1_920, min: 640 }, height: { ideal: 1_080 } },
    });
  } catch (error) {
    throw new CameraError(error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'none');
  }
}

async function look(video: HTMLVideoElement, hint: HTMLElement, signal: AbortSignal): Promise<string[]> {
  for (let looks = 1; !signal.aborted; looks += 1) {
    if (video.videoWidth > 0) {
      const frame = draw(video, video.videoWidth, video.videoHeight, SIDE);
      const { texts, seen } = await lookAtFrame(frame);
      if (looks % SECOND_OPINION === 0 && !texts.some(looksLikeCredential)) texts.push(...await readLarge(frame));
      const ours = texts.filter(looksLikeCredential);
      if (ours.length > 0) return ours;
      const closer = seen === undefined ? looks > PATIENCE : seen < NARROW;
      const words = t(texts.length > 0 ? 'scan.foreign' : closer ? 'scan.closer' : 'scan.aim');
      if (hint.textContent !== words) hint.textContent = words;
    }
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  }
  return [];
}

/** A switch for the light, where the camera has one (Media Capture Image, "torch"). */
function torch(stream: MediaStream): HTMLElement[] {
  const [track] = stream.getVideoTracks();
  const able = (track?.getCapabilities() as { torch?: boolean } | undefined)?.torch === true;
  if (!track || !able) return [];
  const button = h('button', { type: 'button', class: 'button', 'aria-pressed': 'false' }, t('scan.torch'));
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    void track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] })
      .then(() => { button.setAttribute('aria-pressed', String(on)); });
  });
  return [button];
}
