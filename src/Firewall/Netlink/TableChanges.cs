// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Replaces whole tables, several in one transaction.</summary>
/// <param name="socket">The socket that asks, and owns tables that are owned.</param>
/// <param name="reader">Reads by a socket of the same namespace.</param>
public sealed class TableChanges(NetlinkSocket socket, TableReader reader)
{
    private const int Attempts = 20;

    /// <summary>Puts each image in place of whatever the kernel has by its name; null: of nothing.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="flags">The flags of those that are created.</param>
    /// <remarks>
    /// Whether there is a table to delete can change until the batch arrives, which then fails as a whole; so it is
    /// asked and tried again.
    /// </remarks>
    public NetlinkAnswer Replace(IReadOnlyList<(TableName Table, TableImage? Image)> tables, TableFlags flags)
    {
        const int exists = 17; // EEXIST
        var answer = default(NetlinkAnswer);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var batch = new NftablesBatch();
            foreach (var (table, image) in tables)
            {
                if (reader.Flags(table) is not null)
                {
                    TableImage.Delete(batch, table);
                }

                image?.Create(batch, table, flags);
            }

            answer = batch.LastSequence == 0 ? new NetlinkAnswer(0) : socket.Run(batch);
            if (answer.Error is not (exists or NetlinkAnswer.NotFound))
            {
                return answer;
            }
        }

        return answer;
    }
}
