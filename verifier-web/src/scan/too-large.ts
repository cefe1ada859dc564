/** What would take more memory than any certificate or photo does. The worker tells it from other errors by its name. */
export class TooLarge extends Error {
  override name = 'TooLarge';
}
