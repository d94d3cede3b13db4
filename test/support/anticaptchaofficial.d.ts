/** The part of the package's API that the tests call; it comes without types. */
declare module "@antiadmin/anticaptchaofficial" {
  interface Client {
    readonly settings: {
      firstAttemptWaitingInterval: number;
      normalWaitingInterval: number;
      case: boolean | null;
      numeric: number | null;
      minLength: number | null;
      maxLength: number | null;
    };
    setAPIKey(key: string): void;
    shutUp(): void;
    getBalance(): Promise<number>;
    solveImage(body: string): Promise<string>;
    solveTurnstileProxyless(websiteURL: string, websiteKey: string): Promise<string>;
    solveRecaptchaV2Proxyless(websiteURL: string, websiteKey: string): Promise<string>;
    waitForResult(taskId: number): Promise<unknown>;
    reportIncorrectImageCaptcha(): Promise<true>;
  }
  const client: Client;
  export default client;
}
