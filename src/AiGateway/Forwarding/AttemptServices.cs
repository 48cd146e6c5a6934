using AiGateway.Forwarding.Realtime;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Providers;
using AiGateway.Providers.Credentials;
using AiGateway.Telemetry;
using Polly;
using Polly.Retry;

namespace AiGateway.Forwarding;

/// <summary>What all exchanges' attempt handlers share.</summary>
internal sealed class AttemptServices(
    TimeProvider clock, IRandomSource random, CircuitBreakers breakers, UpstreamAddresses addresses, AnswerReader answers,
    NativeAnswers natives, ObjectAnswers objects, RealtimeHandshake handshake, FormCallSender forms, ChoiceStreams choices, ProviderTransports transports, CredentialSources credentials, GatewayTracing tracing,
    ConversationKeeper conversations, ICallJournal journal)
{
    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Randomness for jitter.</summary>
    public IRandomSource Random { get; } = random;

    /// <summary>Circuit breakers by deployment.</summary>
    public CircuitBreakers Breakers { get; } = breakers;

    /// <summary>Upstream addresses.</summary>
    public UpstreamAddresses Addresses { get; } = addresses;

    /// <summary>Opens the streams of several answers.</summary>
    public ChoiceStreams Choices { get; } = choices;

    /// <summary>Makes calls in providers' own forms of anything but conversations, and those of several whole answers.</summary>
    public FormCallSender Forms { get; } = forms;

    /// <summary>Spans of attempts, and trace headers.</summary>
    public GatewayTracing Tracing { get; } = tracing;

    /// <summary>Conversations that the gateway keeps.</summary>
    public ConversationKeeper Conversations { get; } = conversations;

    /// <summary>Is told of each call before it is sent.</summary>
    public ICallJournal Journal { get; } = journal;

    /// <summary>The handlers beneath: credentials, then the connection pools.</summary>
    public HttpMessageHandler Upstream { get; } = new CredentialsHandler(credentials) { InnerHandler = new TransportHandler(transports) };

    /// <summary>The loop over attempts. How often and where to is the walk's to say, so the loop itself has no bound of its own.</summary>
    public ResiliencePipeline<AttemptResult> Retries { get; } = new ResiliencePipelineBuilder<AttemptResult> { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions<AttemptResult>
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = static arguments => new ValueTask<bool>(arguments.Outcome.Result?.TryNext == true),
            DelayGenerator = static arguments => new ValueTask<TimeSpan?>(arguments.Outcome.Result?.Delay),
        })
        .Build();

    /// <summary>Who reads the answers to a request.</summary>
    public IAttemptAnswers AnswersTo(GatewayRequest request) => request.Operation switch
    {
        Operation.Realtime => handshake,
        Operation.Native => natives,
        _ => request.Objects is null ? answers : objects,
    };
}
