using AiGateway.Semantics.Acceptance;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>What a model did in a simulated world.</summary>
internal sealed class SimulatedOutcome
{
    /// <summary>Hits served.</summary>
    internal int Served { get; private set; }

    /// <summary>The sum of the true chances of being wrong of what was served: what the bound is about, without the noise of single draws.</summary>
    internal double ExpectedWrong { get; private set; }

    /// <summary>Checks of what would have been served.</summary>
    internal int TrustedChecks { get; private set; }

    /// <summary>The first hit that was served; -1 where none was.</summary>
    internal int FirstServed { get; private set; } = -1;

    /// <summary>The last hit that was served; -1 where none was.</summary>
    internal int LastServed { get; private set; } = -1;

    internal double WrongShare => Served == 0 ? 0 : ExpectedWrong / Served;

    internal void Count(int hit, in AcceptanceVerdict verdict, double risk)
    {
        if (verdict.Decision == AcceptanceDecision.Check && verdict.Trusted)
            TrustedChecks++;
        if (verdict.Decision != AcceptanceDecision.Serve)
            return;
        Served++;
        ExpectedWrong += risk;
        LastServed = hit;
        if (FirstServed < 0)
            FirstServed = hit;
    }
}
