namespace AiGateway.Admin;

/// <summary>The ports of the listeners that are not the API's; -1 for one that is closed.</summary>
internal sealed record ListenerPorts(int Admin, int Metrics);
