using AiGateway.Simulator;

var app = SimulatorApp.Build(args, options => options.OwnProcess = true);
await app.StartAsync();
// Tests wait for this line to learn the port that port 0 became.
await Console.Out.WriteLineAsync($"simulator listening on {string.Join(' ', app.Urls)}");
await app.WaitForShutdownAsync();
