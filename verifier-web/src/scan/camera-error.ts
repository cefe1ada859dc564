// Apart from camera.ts, which is loaded only when somebody scans.

/** Why there is no picture. */
export class CameraError extends Error {
  constructor(readonly reason: 'denied' | 'none') {
    super(`camera: ${reason}`);
  }
}
