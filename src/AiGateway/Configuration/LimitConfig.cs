namespace AiGateway.Configuration;

/// <summary>A limit on what one subject may use in a time, as written.</summary>
internal sealed record LimitConfig
{
    /// <summary>Name in messages, metrics and records; unique. Default: made of <see cref="On"/> and <see cref="Match"/>.</summary>
    public string? Id { get; init; }

    /// <summary>Whose use is counted: <c>key</c>, <c>user</c>, <c>project</c>, <c>team</c>, <c>organisation</c>, <c>tag:NAME</c>, <c>alias</c>, <c>deployment</c>, <c>provider</c> or <c>gateway</c>. Required.</summary>
    public string? On { get; init; }

    /// <summary>The one subject it holds for. Default: each has the whole limit to itself, unless another limit of the same kind names it.</summary>
    public string? Match { get; init; }

    /// <summary>Most requests.</summary>
    public IReadOnlyList<Rate> Requests { get; init; } = [];

    /// <summary>Most tokens, input and output together.</summary>
    public IReadOnlyList<Rate> Tokens { get; init; } = [];

    /// <summary>Most input tokens.</summary>
    public IReadOnlyList<Rate> InputTokens { get; init; } = [];

    /// <summary>Most output tokens.</summary>
    public IReadOnlyList<Rate> OutputTokens { get; init; } = [];

    /// <summary>Most money, in USD.</summary>
    public IReadOnlyList<Rate> Spend { get; init; } = [];

    /// <summary>Most requests at the same time, 1 to 1,000,000.</summary>
    public int? Concurrent { get; init; }

    /// <summary>What is held for an answer that is not there yet: <c>learned</c> (default) or <c>worst_case</c>.</summary>
    public string? Reserve { get; init; }

    /// <summary>Decide and count, but refuse nothing. Default false.</summary>
    public bool Shadow { get; init; }

    /// <summary>With <c>host.redis</c>, how nodes count together: <c>exact</c>, <c>leased</c> or <c>local</c>. Default exact for what is concurrent or reserves the worst case, else leased.</summary>
    public string? Mode { get; init; }

    /// <summary>What holds while the store does not answer: <c>local</c> (default), <c>allow</c> or <c>deny</c>.</summary>
    public string? OnStoreFailure { get; init; }

    /// <summary>Wait for room instead of refusing. Default: refuse at once.</summary>
    public QueueConfig? Queue { get; init; }

    /// <summary>When it was made at run time, so that one that is made again under the same name begins anew; null for the file's.</summary>
    public DateTimeOffset? Made { get; init; }
}

/// <summary>An amount in a time: <c>600/minute</c>.</summary>
/// <param name="Amount">Requests, tokens or USD; above 0.</param>
/// <param name="Window">The time: a second, a minute, an hour, a day, or a month of 30 days.</param>
internal readonly record struct Rate(decimal Amount, TimeSpan Window);
