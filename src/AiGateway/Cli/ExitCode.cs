namespace AiGateway.Cli;

/// <summary>Exit codes of the commands.</summary>
internal static class ExitCode
{
    /// <summary>All is well.</summary>
    public const int Good = 0;

    /// <summary>The file is not valid, the gateway not healthy, or there is no plan.</summary>
    public const int Bad = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Misuse = 2;
}
