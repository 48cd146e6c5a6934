using System.Runtime.InteropServices;

namespace AiGateway.Protocols.Framing;

/// <summary>One frame of an AWS event stream; the spans point into its bytes and are empty where a header is not there.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct AwsEventFrame
{
    /// <summary>The header <c>:message-type</c>: <c>event</c>, <c>exception</c> or <c>error</c>.</summary>
    public ReadOnlySpan<byte> MessageType { get; init; }

    /// <summary>The header <c>:event-type</c> of an event, such as <c>contentBlockDelta</c> or <c>chunk</c>.</summary>
    public ReadOnlySpan<byte> EventType { get; init; }

    /// <summary>The header <c>:exception-type</c> of an exception, such as <c>throttlingException</c>.</summary>
    public ReadOnlySpan<byte> ExceptionType { get; init; }

    /// <summary>The header <c>:content-type</c> of the payload.</summary>
    public ReadOnlySpan<byte> ContentType { get; init; }

    /// <summary>The header <c>:error-code</c> of an error, which has no payload.</summary>
    public ReadOnlySpan<byte> ErrorCode { get; init; }

    /// <summary>The header <c>:error-message</c> of an error.</summary>
    public ReadOnlySpan<byte> ErrorMessage { get; init; }

    /// <summary>What it carries.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>True for exceptions and errors: the stream failed.</summary>
    public bool IsError => !ExceptionType.IsEmpty || MessageType.SequenceEqual("exception"u8) || MessageType.SequenceEqual("error"u8);
}
